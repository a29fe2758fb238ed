using Appliance.Storage;

namespace Appliance.Ledger.Auditing;

/// <summary>
/// What the next seal is going to say, read in one moment. What an earlier seal covers and is not there any more stays
/// in it as it was: the evidence of a loss is not lost with it.
/// </summary>
/// <param name="Seal">The seal.</param>
/// <param name="Damaged">Chains that are not what the seal before covers.</param>
internal sealed record SealDraft(AuditSeal Seal, IReadOnlyList<long> Damaged)
{
    public static SealDraft Make(StoreConnection store, AuditSealRow? last, SealedChain? legacy, long now)
    {
        var before = last is null ? null : AuditSeal.TryParse(last.Body);
        var open = before?.Chains.Where(chain => !chain.Closed).ToDictionary(chain => chain.Chain) ?? [];
        var rows = store.Audit.Chains.ListUnsealed().ToDictionary(row => row.Id);
        foreach (var chain in open.Keys.Where(chain => !rows.ContainsKey(chain)))
        {
            if (store.Audit.Chains.Find(chain) is { } row)
            {
                rows.Add(chain, row);
            }
        }

        var damaged = new List<long>();
        var chains = new List<SealedChain>();
        foreach (var chain in rows.Keys.Union(open.Keys).Order())
        {
            var found = chain == 0 ? legacy : Describe(store, rows.GetValueOrDefault(chain));
            var covered = open.GetValueOrDefault(chain);
            if (covered is not null && !Continues(store, covered, found))
            {
                damaged.Add(chain);
                found = covered;
            }

            if (found is not null)
            {
                chains.Add(found);
            }
        }

        return new SealDraft(
            new AuditSeal((last?.Number ?? 0) + 1, now, last?.Hash ?? AuditSeal.None, chains), damaged);
    }

    private static SealedChain? Describe(StoreConnection store, AuditChainRow? row)
        => row is not null && store.Audit.FindHead(row.Id) is { Hash.Length: AuditHash.Length } head
            ? new SealedChain(row.Id, head.Length, row.ClosedAt is not null, head.Hash.ToArray())
            : null;

    private static bool Continues(StoreConnection store, SealedChain covered, SealedChain? now)
        => now is not null && now.Length >= covered.Length
            && (covered.Length == 0
                || (store.Audit.ReadChain(covered.Chain, covered.Length - 1, 1) is [var record, ..]
                    && record.Position == covered.Length
                    && record.Hash.Span.SequenceEqual(covered.Head)));
}
