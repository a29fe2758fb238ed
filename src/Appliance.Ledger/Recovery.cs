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

    /// <summary>What runs that have ended left reserved; the next start spends it.</summary>
    /// <param name="store">A connection.</param>
    /// <param name="incarnation">The first that is not looked at; by default every one is.</param>
    public static IReadOnlyList<UnsettledRun> FindUnsettled(StoreConnection store, long incarnation = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(store);
        return Describe(store, store.Reservations.ListBefore(incarnation));
    }

    /// <summary>When the last recovery was and what it spent, in a sentence; null when there was none.</summary>
    public static string? FindLast(StoreConnection store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Meta.Get(LastRecovery);
    }

    internal static IReadOnlyList<UnsettledRun> SpendReservationsBefore(
        StoreConnection store, long incarnation, long now)
    {
        var states = new OccurrenceStates();
        var left = store.Reservations.ListBefore(incarnation);
        foreach (var open in left)
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
        }

        store.Incarnations.SettleBefore(incarnation, now);
        var runs = Describe(store, left);
        foreach (var run in runs)
        {
            AuditTrail.Append(store, new AuditRecord
            {
                At = now,
                Event = AuditEvent.LedgerRecovered,
                Outcome = AuditOutcome.InDoubt,
                Count = run.Hashes,
                Detail = $"spent {run}",
            });
        }

        if (runs.Count > 0)
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(now);
            var all = string.Join("; ", runs);
            store.Meta.Set(LastRecovery, string.Create(CultureInfo.InvariantCulture, $"{at:u} spent {all}"));
        }

        return runs;
    }

    private static List<UnsettledRun> Describe(StoreConnection store, IReadOnlyList<ReservationRow> left)
        => [.. left.GroupBy(open => open.Incarnation).OrderBy(run => run.Key).Select(run =>
        {
            var start = store.Incarnations.Find(run.Key);
            return new UnsettledRun(
                run.Key,
                start?.Node ?? "an unknown node",
                start?.StartedAt ?? 0,
                run.Count(),
                run.Sum(open => open.Ordinals.Count));
        })];
}
