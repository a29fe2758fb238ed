using Appliance.Storage.Chains;
using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>
/// The audit trail: chains of records, one per connection that writes. Records are only ever added, except where their
/// retention has ended.
/// </summary>
public abstract class AuditTable
{
    /// <summary>The event of a chain's first record.</summary>
    public const string ChainOpened = "audit.chain-opened";

    /// <summary>The event of a chain's last record, and of what says where another's chain ended.</summary>
    public const string ChainClosed = "audit.chain-closed";

    /// <summary>The event that tells of a seal.</summary>
    public const string Sealed = "audit.sealed";

    /// <summary>The event that tells of the key that seals are signed by.</summary>
    public const string SealKey = "audit.seal-key";

    private const string Done = "ok";

    private readonly AuditReader _reader;

    private protected AuditTable(SqlSession session, bool byTime)
    {
        _reader = new AuditReader(session, byTime);
        Chains = new AuditChainTable(session);
        Seals = new AuditSealTable(session);
        Segments = new AuditSegmentTable(session);
        Cursors = new AuditCursorTable(session);
    }

    /// <summary>The chains.</summary>
    public AuditChainTable Chains { get; }

    /// <summary>The seals.</summary>
    public AuditSealTable Seals { get; }

    /// <summary>What retention removed.</summary>
    public AuditSegmentTable Segments { get; }

    /// <summary>How far continuous exports came.</summary>
    public AuditCursorTable Cursors { get; }

    /// <summary>
    /// The end of the chain that this connection writes, as far as it is committed; null when it has none. From any
    /// thread.
    /// </summary>
    public AuditHead? Head => State.Committed;

    internal ChainState State { get; } = new();

    private protected abstract ChainIdentity Identity { get; }

    /// <summary>Adds a record to this connection's chain, which it opens when there is none.</summary>
    /// <param name="row">Its sequence and hash are not looked at: the chain says them.</param>
    public void Append(in AuditRow row)
    {
        Demand();
        if (!State.Fits(Identity))
        {
            // The chain of a run that was fenced off is closed by whoever settles it.
            if (!State.IsOfAnEndedRun(Identity))
            {
                Close(row.At);
            }

            Open(row.At);
        }

        Write(State.Link(Storable(row)));
        Appended();
    }

    /// <summary>Adds the last record to this connection's chain; nothing when there is no chain.</summary>
    /// <param name="at">Unix milliseconds.</param>
    public void Close(long at)
    {
        if (State.Now is not { } open)
        {
            return;
        }

        Write(State.Link(Bookkeeping(at, ChainClosed, AuditChainText.Closed(open.Chain, open.Length + 1))));
        Chains.Close(State.Now!, at);
        State.Leave();
        Appended();
    }

    /// <summary>Reads a page, filtered.</summary>
    public IReadOnlyList<AuditRow> Read(AuditFilter filter) => _reader.Read(filter);

    /// <summary>Reads a page of one chain, by position: what was passed is never added to.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="after">The last position of the page before; 0 for the first page.</param>
    /// <param name="limit">At most this many.</param>
    public IReadOnlyList<AuditRow> ReadChain(long chain, long after, int limit)
        => _reader.ReadChain(AuditRow.SequenceOf(chain, after), AuditRow.SequenceOf(chain + 1, 0), limit);

    /// <summary>The end of a chain by its last record; null when it has none.</summary>
    public AuditHead? FindHead(long chain)
        => _reader.FindLast(AuditRow.SequenceOf(chain, 0), AuditRow.SequenceOf(chain + 1, 0)) is { } last
            ? new AuditHead(chain, last.Position, last.Hash)
            : null;

    /// <summary>The sequence number of the last record; 0 when there is none.</summary>
    public long FindLast() => _reader.FindLast(-1, long.MaxValue)?.Sequence ?? 0;

    /// <summary>Removes records of one chain.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="first">The first position.</param>
    /// <param name="last">The last one.</param>
    public void Remove(long chain, long first, long last)
        => _reader.Remove(AuditRow.SequenceOf(chain, first), AuditRow.SequenceOf(chain, last));

    /// <summary>Copies records as bytes, by sequence number.</summary>
    /// <param name="after">The last sequence number of the page before; -1 for the first page.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="block">Where to; what it held is dropped.</param>
    public abstract void Copy(long after, int limit, AuditBlock block);

    private protected abstract void Demand();

    private protected abstract AuditRow Storable(in AuditRow row);

    private protected abstract void Write(in AuditRow row);

    /// <summary>Outside of a transaction a record was one of its own.</summary>
    private protected abstract void Appended();

    private static AuditRow Bookkeeping(long at, string name, string detail)
        => new(0, at, name, Done, null, null, null, null, null, 0, ReadOnlyMemory<byte>.Empty, detail);

    private void Open(long at)
    {
        var identity = Identity;
        var chain = Chains.Insert(
            new AuditChainRow(0, identity.Node, identity.Incarnation, identity.Lane, identity.Writer, at));
        State.Open(chain, identity);
        var detail = AuditChainText.Opened(chain, identity.Node, identity.Incarnation, identity.Lane);
        if (State.Abandoned != 0)
        {
            detail = $"{detail}, as another hand continued chain {State.Abandoned}";
        }

        Write(State.Link(Bookkeeping(at, ChainOpened, detail)));
    }
}
