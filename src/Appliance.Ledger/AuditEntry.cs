namespace Appliance.Ledger;

/// <summary>A record as it stands in the trail.</summary>
/// <param name="Sequence">Its number; numbers only grow.</param>
/// <param name="EventName">The event's pinned name, also of events that this release does not know.</param>
/// <param name="Record">The record; its event is <see cref="AuditEvent.Unknown"/> where this release has none.</param>
public sealed record AuditEntry(long Sequence, string EventName, AuditRecord Record);
