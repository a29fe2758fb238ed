using Appliance.Storage;

namespace Appliance.Ledger.Auditing;

/// <summary>Where the records of a time stand, found by halving each chain that was open then.</summary>
internal static class TimeRange
{
    private const int Page = 1_000;

    /// <summary>
    /// A record is dated when it is made and stands where it was committed: within a chain later ones may be that much
    /// older.
    /// </summary>
    private const long Disorder = 60_000;

    /// <summary>Of each chain, the sequence numbers from which and up to which the records of a time stand.</summary>
    /// <param name="store">A connection.</param>
    /// <param name="from">Unix milliseconds.</param>
    /// <param name="to">Unix milliseconds.</param>
    public static IEnumerable<(long First, long Last)> Of(StoreConnection store, long from, long to)
    {
        var (low, high) = (
            Math.Max(from, long.MinValue + Disorder) - Disorder, Math.Min(to, long.MaxValue - Disorder) + Disorder);
        for (var last = -1L; ;)
        {
            var chains = store.Audit.Chains.List(last, Page);
            foreach (var chain in chains.Where(
                chain => chain.OpenedAt <= high && (chain.ClosedAt is null || chain.ClosedAt >= low)))
            {
                var length = store.Audit.FindHead(chain.Id)?.Length ?? 0;
                yield return (
                    AuditRow.SequenceOf(chain.Id, PassedBefore(store, chain.Id, length, low) + 1),
                    AuditRow.SequenceOf(chain.Id, PassedBefore(store, chain.Id, length, high)));
            }

            if (chains.Count < Page)
            {
                yield break;
            }

            last = chains[^1].Id;
        }
    }

    /// <summary>The position behind which all records are of this time or later.</summary>
    private static long PassedBefore(StoreConnection store, long chain, long length, long time)
    {
        var (low, high) = (0L, length);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (store.Audit.ReadChain(chain, middle, 1) is [var next, ..] && next.At < time)
            {
                low = Math.Min(next.Position, high);
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
