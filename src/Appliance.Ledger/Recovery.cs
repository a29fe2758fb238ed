using System.Globalization;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// Settles what a dead incarnation left: only ever to spent, as its signatures may exist. It says in words what it
/// found: in the audit trail, to the caller for the log, and for `appliance doctor` in the store's facts.
/// </summary>
public static class Recovery
{
    private const string LastRecovery = "ledger.recovered";

    /// <summary>Requests in one transaction.</summary>
    private const int Page = 200;

    /// <summary>What runs that are dead left reserved; the next start, or another node, spends it.</summary>
    public static IReadOnlyList<UnsettledRun> FindUnsettled(Store store, LeaseOptions lease)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(lease);
        // Who owns a file knows that nobody else runs; of a shared store only the leases tell.
        var self = store.IsShared ? 0 : long.MaxValue;
        return store.Read(connection => connection.Incarnations.ListDead(self, lease.Node, lease.Margin)
            .Select(dead => (Dead: dead, Open: connection.Reservations.List(dead.Id, int.MaxValue)))
            .Where(run => run.Open.Count > 0)
            .Select(run => new UnsettledRun(
                run.Dead.Id,
                run.Dead.Node,
                run.Dead.StartedAt,
                run.Open.Count,
                run.Open.Sum(open => (long)open.Ordinals.Count)))
            .ToList());
    }

    /// <summary>When the last recovery was and what it spent, in a sentence; null when there was none.</summary>
    public static string? FindLast(StoreConnection store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Meta.Get(LastRecovery);
    }

    /// <summary>
    /// Nothing can be written in its name from the first commit on. What it had reserved is settled a page at a time, so
    /// that nobody waits for all of it; when this stops half-way, somebody else goes on.
    /// </summary>
    /// <returns>How much was found.</returns>
    internal static async ValueTask<(long Requests, long Hashes)> SettleAsync(
        CommitLoop loop, IncarnationRow dead, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await loop.WriteAsync(
            store =>
            {
                store.Incarnations.Fence(dead.Id, now);
                return true;
            },
            cancellationToken);
        long requests = 0;
        long hashes = 0;
        while (loop.Store.Read(store => store.Reservations.List(dead.Id, Page)) is { Count: > 0 } open)
        {
            hashes += await loop.WriteAsync(
                store => Spend(store, open, now), open.Count, cancellationToken, keys => Announce(keys, open));
            requests += open.Count;
        }

        await loop.WriteAsync(store => Close(store, dead, requests, hashes, now), cancellationToken);
        return (requests, hashes);
    }

    private static void Announce(StoreKeys keys, IReadOnlyList<ReservationRow> open)
    {
        foreach (var row in open)
        {
            keys.AddReservation(row.Sequence);
            keys.AddActivation(row.ActivationId);
        }
    }

    private static long Spend(StoreConnection store, IReadOnlyList<ReservationRow> open, long now)
    {
        long hashes = 0;
        foreach (var row in open)
        {
            if (!store.Reservations.Delete(row.Sequence))
            {
                // Another node settles the same incarnation, and was first.
                continue;
            }

            Occurrences.Settle(store, row.ActivationId, [.. row.Ordinals], [], ReservationOutcome.Spent);
            AuditTrail.Append(store, new AuditRecord
            {
                At = now,
                Event = AuditEvent.SignHashSpent,
                Outcome = AuditOutcome.InDoubt,
                ActivationId = row.ActivationId,
                RequestId = row.RequestId,
                Count = row.Ordinals.Count,
                Detail = "found reserved after a restart",
            });
            hashes += row.Ordinals.Count;
        }

        return hashes;
    }

    private static bool Close(StoreConnection store, IncarnationRow dead, long requests, long hashes, long now)
    {
        store.Incarnations.Settle(dead.Id, now);
        if (requests > 0)
        {
            var found = new UnsettledRun(dead.Id, dead.Node, dead.StartedAt, requests, hashes);
            AuditTrail.Append(store, new AuditRecord
            {
                At = now,
                Event = AuditEvent.LedgerRecovered,
                Outcome = AuditOutcome.InDoubt,
                Count = checked((int)hashes),
                Detail = $"spent {found}",
            });
            var at = DateTimeOffset.FromUnixTimeMilliseconds(now);
            store.Meta.Set(LastRecovery, string.Create(CultureInfo.InvariantCulture, $"{at:u} spent {found}"));
        }

        return true;
    }
}
