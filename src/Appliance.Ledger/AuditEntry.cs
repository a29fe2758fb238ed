using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>A record as it stands in the trail.</summary>
/// <param name="Sequence">Its number: its chain's id times 2^32, plus its position in it.</param>
/// <param name="EventName">The event's pinned name, also of events that this release does not know.</param>
/// <param name="Record">The record; its event is <see cref="AuditEvent.Unknown"/> where this release has none.</param>
public sealed record AuditEntry(long Sequence, string EventName, AuditRecord Record)
{
    /// <summary>The chain.</summary>
    public long Chain => Sequence / AuditRow.SequenceOf(1, 0);

    /// <summary>The position in the chain, from 1.</summary>
    public long Position => Sequence % AuditRow.SequenceOf(1, 0);

    /// <summary>The record's hash in its chain, 32 bytes; empty in what is older than chains.</summary>
    public ReadOnlyMemory<byte> Hash { get; init; }
}
