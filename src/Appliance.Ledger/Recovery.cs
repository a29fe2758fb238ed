using System.Globalization;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// Settles what a dead incarnation left: only ever to spent, as its signatures may exist. What it found it says in
/// words: in the audit trail, for `appliance doctor` in the store's facts, and to the caller, for the log.
/// </summary>
public static class Recovery
{
    private const string LastRecovery = "ledger.recovered";

    /// <summary>Most reservations that are counted for people.</summary>
    private const int MostCounted = 100_000;

    /// <summary>Requests in one transaction.</summary>
    private const int Page = 200;

    /// <summary>What runs that are dead left reserved; the next start, or another node, spends it.</summary>
    public static IReadOnlyList<UnsettledRun> FindUnsettled(StoreConnection store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return
        [
            .. store.Incarnations.ListDead(long.MaxValue, "", TimeSpan.Zero)
                .Select(dead => Describe(dead, store.Reservations.List(dead.Id, MostCounted)))
                .Where(run => run.Requests > 0),
        ];
    }

    /// <summary>When the last recovery was and what it spent, in a sentence; null when there was none.</summary>
    public static string? FindLast(StoreConnection store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Meta.Get(LastRecovery);
    }

    /// <summary>
    /// Nothing can be written in its name from the first commit on. What it had reserved is settled a page at a time,
    /// so
    /// that nobody waits for all of it; when this stops half-way, somebody else goes on.
    /// </summary>
    /// <returns>How much was found.</returns>
    internal static async ValueTask<UnsettledRun> SettleAsync(
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
        var run = Describe(dead, []);
        while (loop.Store.Read(store => store.Reservations.List(dead.Id, Page)) is { Count: > 0 } open)
        {
            var spent = await loop.WriteAsync(
                store => Spend(store, open, now), open.Count, cancellationToken, keys => Announce(keys, open));
            run = run with { Requests = run.Requests + spent.Count, Hashes = run.Hashes + CountHashes(spent) };
        }

        await loop.WriteAsync(store => Close(store, run, now), cancellationToken);
        return run;
    }

    private static UnsettledRun Describe(IncarnationRow dead, IReadOnlyList<ReservationRow> open)
        => new(dead.Id, dead.Node, dead.StartedAt, open.Count, CountHashes(open));

    private static int CountHashes(IReadOnlyList<ReservationRow> open) => open.Sum(row => row.Ordinals.Count);

    private static void Announce(StoreKeys keys, IReadOnlyList<ReservationRow> open)
    {
        foreach (var row in open)
        {
            keys.AddReservation(row.Sequence);
            keys.AddActivation(row.ActivationId);
            if (row.OutcomeKey is { } key)
            {
                keys.AddOutcome(key);
            }

            if (row.PackageId is { } package)
            {
                keys.AddPackage(package);
            }
        }
    }

    private static List<ReservationRow> Spend(StoreConnection store, IReadOnlyList<ReservationRow> open, long now)
    {
        var spent = new List<ReservationRow>(open.Count);
        var packages = new Dictionary<Guid, int>();
        foreach (var row in open)
        {
            if (!store.Reservations.Delete(row.Sequence))
            {
                // Another node settles the same incarnation, and was first.
                continue;
            }

            Occurrences.Settle(store, row.ActivationId, [.. row.Ordinals], [], ReservationOutcome.Spent);
            if (row.OutcomeKey is { } key)
            {
                store.Outcomes.SetInDoubt(key);
            }

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
            if (row.PackageId is { } package)
            {
                packages[package] = packages.GetValueOrDefault(package) + row.Ordinals.Count;
            }

            spent.Add(row);
        }

        foreach (var (package, count) in packages)
        {
            Packages.RecordSpent(store, package, count, now);
        }

        return spent;
    }

    private static bool Close(StoreConnection store, UnsettledRun run, long now)
    {
        store.Incarnations.Settle(run.Run, now);
        AuditTrail.CloseDead(store, run.Run, now);
        if (run.Requests > 0)
        {
            AuditTrail.Append(store, new AuditRecord
            {
                At = now,
                Event = AuditEvent.LedgerRecovered,
                Outcome = AuditOutcome.InDoubt,
                Count = run.Hashes,
                Detail = $"spent {run}",
            });
            var at = DateTimeOffset.FromUnixTimeMilliseconds(now);
            store.Meta.Set(LastRecovery, string.Create(CultureInfo.InvariantCulture, $"{at:u} spent {run}"));
        }

        return true;
    }
}
