using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Crash.Tests.Stores;

/// <summary>What was read from a store at one moment.</summary>
/// <param name="Audit">The new audit records, oldest first.</param>
/// <param name="Reserved">Requests that hold a reservation.</param>
/// <param name="States">By activation, the states of its occurrences in the order of their ordinals.</param>
internal sealed record StoreRows(
    IReadOnlyList<AuditEntry> Audit,
    IReadOnlyList<ReservationRow> Reserved,
    IReadOnlyDictionary<Guid, OccurrenceState[]> States);
