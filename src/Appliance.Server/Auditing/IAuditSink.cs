using Appliance.Ledger;

namespace Appliance.Server.Auditing;

/// <summary>Where a continuous export delivers to.</summary>
internal interface IAuditSink : IAsyncDisposable
{
    /// <summary>One of <see cref="AuditSinkNames"/>: its cursors' name.</summary>
    string Name { get; }

    /// <summary>
    /// Delivers records of one chain, in order; returns once the other side has them, as far as its protocol tells.
    /// What it throws is tried again later, all of it: a record may be delivered more than once.
    /// </summary>
    Task DeliverAsync(IReadOnlyList<AuditEntry> records, string node, CancellationToken cancellationToken);
}
