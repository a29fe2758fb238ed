using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>How seals are made.</summary>
public sealed record AuditSealerOptions
{
    /// <summary>How often; zero for only when asked. Defaults to a minute.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Time-stamps a seal's signature (RFC 3161), where there is an authority: SHA-256 of the signature in, a token
    /// out. Throws while it has none: the seal is then stored without. Must end by itself, soon.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>>? Timestamp { get; init; }

    /// <summary>Told of each seal once it is stored, to remember it where the database's owner cannot write.</summary>
    public Action<AuditSealRow>? Stored { get; init; }
}
