namespace Appliance.Storage.Chains;

/// <summary>
/// The end of the chain that a connection writes. It goes back with the transaction: what the store keeps and what is
/// held here are always one. Used by the connection's thread, except <see cref="Committed"/>.
/// </summary>
internal sealed class ChainState
{
    /// <summary>Records in a chain at most: then it is closed and another begins.</summary>
    private const long MostRecords = 1L << 30;

    private Position _now;
    private Position _marked;
    private Position _committed;
    private AuditHead? _published;

    /// <summary>The chain as the store has it, for any thread; null when none is open.</summary>
    public AuditHead? Committed => Volatile.Read(ref _published);

    /// <summary>The chain that another hand continued, until another is opened.</summary>
    public long Abandoned { get; private set; }

    public AuditHead? Now => _now.Chain == 0 ? null : new AuditHead(_now.Chain, _now.Length, _now.Hash);

    public bool Fits(in ChainIdentity identity)
        => _now.Chain != 0 && _now.Identity == identity && _now.Length < MostRecords;

    /// <summary>Whether what is open belongs to a run that this connection has left.</summary>
    public bool IsOfAnEndedRun(in ChainIdentity identity)
        => _now.Identity.Incarnation != 0 && _now.Identity.Incarnation != identity.Incarnation;

    public void Open(long chain, in ChainIdentity identity)
        => _now = new Position(chain, 0, AuditHash.Genesis.ToArray(), identity);

    /// <summary>From here on nothing is open; what is written next opens a chain.</summary>
    public void Leave() => _now = default;

    /// <summary>The store has a record where the next one belongs: this chain is not continued.</summary>
    public void Abandon()
    {
        Abandoned = _now.Chain;
        _now = _marked = _committed = default;
        Volatile.Write(ref _published, null);
    }

    /// <summary>Gives a record its place and its hash.</summary>
    public AuditRow Link(in AuditRow row)
    {
        var placed = row with { Sequence = AuditRow.SequenceOf(_now.Chain, _now.Length + 1) };
        var hash = AuditHash.Of(_now.Hash, placed);
        _now = _now with { Length = _now.Length + 1, Hash = hash };
        return placed with { Hash = hash };
    }

    public void Begin() => _now = _committed;

    public void Rollback() => _now = _committed;

    public void Mark() => _marked = _now;

    public void UndoMark() => _now = _marked;

    public void Commit()
    {
        if (_committed.Chain == _now.Chain && _committed.Length == _now.Length)
        {
            return;
        }

        _committed = _now;
        Abandoned = 0;
        Volatile.Write(ref _published, Now);
    }

    private readonly record struct Position(long Chain, long Length, byte[] Hash, ChainIdentity Identity);
}
