namespace Appliance.Ledger.Commits;

/// <summary>
/// One lane of the commit loop's queue. What nobody waits for comes first, in its order: it settles what was admitted
/// before, so it is never much, and whoever was answered meets a ledger that knows of it. Of the rest clients take
/// turns, piece by piece; what belongs to no client is one of them. One client alone costs a comparison. Used under its
/// queue's lock.
/// </summary>
internal sealed class WorkLane
{
    private readonly Dictionary<Guid, WorkLine> _lines = [];
    private readonly Stack<WorkLine> _spare = new();
    private readonly WorkLine _settling = new();

    /// <summary>Whose turn is the last in the round: the one after it is next.</summary>
    private WorkLine? _tail;

    /// <summary>Work that is here.</summary>
    public int Count { get; private set; }

    /// <summary>Work that somebody waits for.</summary>
    public int Waiting => Count - _settling.Count;

    public void Append(LedgerWork work)
    {
        Count++;
        if (work.MustLast)
        {
            _settling.Append(work);
            return;
        }

        if (_tail is not { } line || line.Client != work.Client)
        {
            if (!_lines.TryGetValue(work.Client, out line!))
            {
                line = Join(work.Client);
            }
        }

        line.Append(work);
    }

    /// <summary>The next piece; there must be one.</summary>
    public LedgerWork Remove()
    {
        Count--;
        if (_settling.Count > 0)
        {
            return _settling.RemoveFirst();
        }

        var line = _tail!.Next;
        var work = line.RemoveFirst();
        if (line.First is null)
        {
            Leave(line);
        }
        else
        {
            _tail = line;
        }

        return work;
    }

    /// <summary>Takes out all that somebody waits for.</summary>
    public void TakeThoseWhoWait(List<LedgerWork> taken)
    {
        var before = taken.Count;
        while (_tail is not null)
        {
            var line = _tail.Next;
            while (line.First is not null)
            {
                taken.Add(line.RemoveFirst());
            }

            Leave(line);
        }

        Count -= taken.Count - before;
    }

    private WorkLine Join(Guid client)
    {
        if (!_spare.TryPop(out var line))
        {
            line = new WorkLine();
        }

        line.Client = client;
        line.Next = _tail?.Next ?? line;
        if (_tail is not null)
        {
            _tail.Next = line;
        }

        _tail = line;
        _lines.Add(client, line);
        return line;
    }

    /// <summary>It is the first of the round.</summary>
    private void Leave(WorkLine line)
    {
        _lines.Remove(line.Client);
        _tail!.Next = line.Next;
        if (_tail == line)
        {
            _tail = null;
        }

        _spare.Push(line);
    }
}
