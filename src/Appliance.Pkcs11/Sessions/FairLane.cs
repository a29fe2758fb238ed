using System.Diagnostics.CodeAnalysis;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// One lane of a slot's queue. Clients take turns by signatures and not by jobs (deficit round robin), so that the
/// burst of one delays no other for longer than a turn. One client alone costs a comparison. Used under its queue's
/// lock.
/// </summary>
/// <param name="turn">Signatures that a client gets in its turn.</param>
internal sealed class FairLane(int turn)
{
    private readonly Dictionary<Guid, ClientLine> _lines = [];
    private readonly Stack<ClientLine> _spare = new();

    /// <summary>Whose turn is the last in the round: the one after it is next.</summary>
    private ClientLine? _tail;

    /// <summary>Jobs that wait.</summary>
    public int Count { get; private set; }

    public void Enqueue(SignJob job)
    {
        Count++;
        if (_tail is not { } tail || tail.Client != job.Client)
        {
            if (!_lines.TryGetValue(job.Client, out tail!))
            {
                tail = Join(job.Client);
            }
        }

        tail.Append(job);
    }

    /// <summary>The next job; there must be one.</summary>
    public SignJob Dequeue()
    {
        while (true)
        {
            var line = _tail!.Next;
            var cost = line.First!.Hashes.Count - line.First.Next;
            if (line != _tail && line.Credit < cost)
            {
                line.Credit += turn;
                _tail = line;
                continue;
            }

            Count--;
            line.Credit -= Math.Min(cost, line.Credit);
            var job = line.RemoveFirst();
            if (line.First is null)
            {
                Leave(line);
            }

            return job;
        }
    }

    public bool TryDequeue([NotNullWhen(true)] out SignJob? job)
    {
        job = Count > 0 ? Dequeue() : null;
        return job is not null;
    }

    /// <summary>At the end of the round, with a turn of its own.</summary>
    private ClientLine Join(Guid client)
    {
        if (!_spare.TryPop(out var line))
        {
            line = new ClientLine();
        }

        line.Client = client;
        line.Credit = turn;
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
    private void Leave(ClientLine line)
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
