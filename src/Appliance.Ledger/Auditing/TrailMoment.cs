using Appliance.Storage;

namespace Appliance.Ledger.Auditing;

/// <summary>What there is at the moment at which a verification begins.</summary>
internal sealed class TrailMoment
{
    private const int Page = 10_000;

    private readonly Dictionary<long, long> _limits = [];
    private readonly HashSet<long> _leftOut = [];
    private readonly HashSet<long> _dead = [];

    private TrailMoment()
    {
    }

    public Dictionary<long, AuditChainRow> Chains { get; } = [];

    /// <summary>What was removed, by chain.</summary>
    public Dictionary<long, AuditSegmentRow> Segments { get; private init; } = [];

    /// <summary>The first sequence number to look at.</summary>
    public long First { get; private set; } = -1;

    /// <summary>The last one.</summary>
    public long Last { get; private init; }

    /// <summary>The newest seal: a later one covers what is left for the next time.</summary>
    public long LastSeal { get; private init; }

    public static TrailMoment Read(StoreConnection connection, long from)
    {
        var audit = connection.Audit;
        var moment = new TrailMoment
        {
            Segments = audit.Segments.List().ToDictionary(segment => segment.Chain),
            Last = audit.FindLast(),
            LastSeal = audit.Seals.FindLast()?.Number ?? 0,
        };
        for (var after = -1L; ;)
        {
            var page = audit.Chains.List(after, Page);
            foreach (var row in page)
            {
                moment.Add(row, from, audit);
            }

            if (page.Count < Page)
            {
                break;
            }

            after = page[^1].Id;
        }

        foreach (var dead in connection.Incarnations.ListDead(long.MaxValue, "", TimeSpan.Zero))
        {
            moment._dead.Add(dead.Id);
        }

        if (from > 0)
        {
            var kept = moment.Chains.Keys.Where(chain => !moment._leftOut.Contains(chain)).ToList();
            moment.First = kept.Count > 0 ? AuditRow.SequenceOf(kept.Min(), 0) : moment.Last;
        }

        return moment;
    }

    /// <summary>Whether a chain is older than what is asked for.</summary>
    public bool IsLeftOut(long chain) => _leftOut.Contains(chain);

    /// <summary>Up to which position a chain is verified.</summary>
    public long LimitOf(long chain)
        => _limits.GetValueOrDefault(chain, AuditRow.SequenceOf(chain, 0) > Last ? 0 : long.MaxValue);

    /// <summary>Whether the run that a chain belongs to has ended.</summary>
    public bool IsDead(AuditChainRow chain) => _dead.Contains(chain.Incarnation);

    private void Add(AuditChainRow row, long from, AuditTable audit)
    {
        Chains.Add(row.Id, row);
        if (row.ClosedAt < from)
        {
            _leftOut.Add(row.Id);
        }
        else if (row.ClosedAt is null)
        {
            _limits[row.Id] = audit.FindHead(row.Id)?.Length ?? 0;
        }
    }
}
