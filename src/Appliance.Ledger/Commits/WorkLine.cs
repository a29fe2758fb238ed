namespace Appliance.Ledger.Commits;

/// <summary>First in, first out, linked through the work itself.</summary>
internal sealed class WorkLine
{
    private LedgerWork? _last;

    /// <summary>Whose it is, where lines are a client's each.</summary>
    public Guid Client { get; set; }

    /// <summary>Whose turn is next; such lines are a ring.</summary>
    public WorkLine Next { get; set; } = null!;

    public LedgerWork? First { get; private set; }

    public int Count { get; private set; }

    public void Append(LedgerWork work)
    {
        work.Next = null;
        if (_last is null)
        {
            First = work;
        }
        else
        {
            _last.Next = work;
        }

        _last = work;
        Count++;
    }

    public LedgerWork RemoveFirst()
    {
        var work = First!;
        First = work.Next;
        if (First is null)
        {
            _last = null;
        }

        work.Next = null;
        Count--;
        return work;
    }
}
