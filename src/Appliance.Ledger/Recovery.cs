using System.Globalization;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>Settles what a dead incarnation left: only ever to spent, as its signatures may exist.</summary>
internal static class Recovery
{
    public static void SpendReservationsBefore(StoreConnection store, long incarnation, long now)
    {
        var states = new OccurrenceStates();
        var requests = 0;
        var hashes = 0;
        var packages = new Dictionary<Guid, int>();
        foreach (var open in store.Reservations.ListBefore(incarnation))
        {
            Occurrences.Settle(
                store, states, open.ActivationId, [.. open.Ordinals], [], ReservationOutcome.Spent);
            store.Reservations.Delete(open.Sequence);
            AuditTrail.Append(store, new AuditRecord
            {
                At = now,
                Event = AuditEvent.SignHashSpent,
                Outcome = AuditOutcome.InDoubt,
                ActivationId = open.ActivationId,
                RequestId = open.RequestId,
                Count = open.Ordinals.Count,
                Detail = "found reserved after a restart",
            });
            if (open.PackageId is { } package)
            {
                packages[package] = packages.GetValueOrDefault(package) + open.Ordinals.Count;
            }

            requests++;
            hashes += open.Ordinals.Count;
        }

        foreach (var (package, count) in packages)
        {
            Packages.RecordSpent(store, package, count, now);
        }

        store.Incarnations.SettleBefore(incarnation, now);
        if (requests > 0)
        {
            AuditTrail.Append(store, new AuditRecord
            {
                At = now,
                Event = AuditEvent.LedgerRecovered,
                Outcome = AuditOutcome.InDoubt,
                Count = hashes,
                Detail = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{hashes} reserved hashes of {requests} requests of an earlier run are spent"),
            });
        }
    }
}
