using Appliance.Storage;

namespace Appliance.Ledger.Auditing;

/// <summary>What a removal of old records takes: of each chain up to where a seal covers it.</summary>
/// <param name="Seal">The newest seal that is old enough; null when there is none.</param>
/// <param name="Segments">What goes, with no time yet.</param>
internal sealed record RemovalPlan(long? Seal, IReadOnlyList<AuditSegmentRow> Segments)
{
    private const int Page = 1_000;

    public static RemovalPlan Make(StoreConnection store, long before, IReadOnlyList<string> sinks)
    {
        if (FindSeal(store.Audit.Seals, before) is not { } newest)
        {
            return new RemovalPlan(null, []);
        }

        var removed = store.Audit.Segments.List().ToDictionary(segment => segment.Chain, segment => segment.Last);
        var cursors = sinks.Select(store.Audit.Cursors.List).ToList();
        var segments = new List<AuditSegmentRow>();
        // The end of a chain that goes on stays: the next seal continues there.
        var grown = ChainsOf(store.Audit.Seals.FindLast()!).ToDictionary(chain => chain.Chain);
        var seals = new Dictionary<long, IReadOnlyList<SealedChain>> { [newest.Number] = ChainsOf(newest) };
        for (var after = -1L; ;)
        {
            var page = store.Audit.Chains.List(after, Page);
            foreach (var chain in page)
            {
                var by = Math.Min(chain.Sealed ?? newest.Number, newest.Number);
                if (!seals.TryGetValue(by, out var chains))
                {
                    seals.Add(by, chains = store.Audit.Seals.List(by - 1, 1) is [var seal] ? ChainsOf(seal) : []);
                }

                if (chains.FirstOrDefault(entry => entry.Chain == chain.Id) is { Length: > 0 } covered
                    && covered.Length > removed.GetValueOrDefault(chain.Id)
                    && (grown.GetValueOrDefault(chain.Id) ?? covered with { Closed = true }) is var end
                    && (end.Closed || end.Length > covered.Length)
                    && cursors.All(cursor => cursor.GetValueOrDefault(chain.Id) >= covered.Length))
                {
                    segments.Add(new AuditSegmentRow(chain.Id, covered.Length, covered.Head, by, 0));
                }
            }

            if (page.Count < Page)
            {
                return new RemovalPlan(newest.Number, segments);
            }

            after = page[^1].Id;
        }
    }

    private static IReadOnlyList<SealedChain> ChainsOf(AuditSealRow seal)
        => AuditSeal.TryParse(seal.Body)?.Chains ?? [];

    /// <summary>The newest one before a time; their times rise with their numbers.</summary>
    private static AuditSealRow? FindSeal(AuditSealTable seals, long before)
    {
        var (low, high) = (0L, seals.FindLast()?.Number ?? 0);
        AuditSealRow? found = null;
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            var seal = seals.List(middle - 1, 1) is [var row] ? row : null;
            if (seal?.At < before)
            {
                (low, found) = (middle, seal);
            }
            else
            {
                high = middle - 1;
            }
        }

        return found;
    }
}
