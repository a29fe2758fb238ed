namespace Appliance.Storage.Postgres;

/// <summary>An activation as this transaction has it: locked, read, and perhaps changed in memory.</summary>
internal sealed class LoadedActivation(in ActivationCheck check, byte[] states, int nextOrdinal)
{
    private ActivationCheck _check = check;

    public ref readonly ActivationCheck Check => ref _check;

    public byte[] States { get; private set; } = states;

    public int NextOrdinal { get; private set; } = nextOrdinal;

    /// <summary>The segments of states that were read; none where the row has the states.</summary>
    public Dictionary<int, byte[]> Segments { get; } = [];

    /// <summary>Those of them that memory knows better than the database.</summary>
    public HashSet<int> ChangedSegments { get; } = [];

    /// <summary>True when memory knows what the database does not yet.</summary>
    public bool IsChanged { get; set; }

    /// <summary>The occurrences of the hashes that were looked for; null stands for "none".</summary>
    public Dictionary<byte[], List<LoadedOccurrence>?> Hashes { get; } = new(BytesComparer.Instance);

    public void Update(int remaining, OccurrenceStates states)
    {
        _check = _check with { Remaining = remaining };
        if (states.IsSegmented)
        {
            NextOrdinal = states.NextOrdinal;
            foreach (var segment in states.Segments.Where(segment => segment.IsChanged))
            {
                segment.Bits.CopyTo(Segments[segment.Number], 0);
                ChangedSegments.Add(segment.Number);
            }
        }
        else
        {
            Copy(states.Bits);
        }

        IsChanged = true;
    }

    /// <summary>The database has it already.</summary>
    public void Prolong(long expiresAt, UInt128 mac) => _check = _check with { ExpiresAt = expiresAt, Mac = mac };

    /// <summary>The database has it already.</summary>
    public void Open(long expiresAt, long authorisedAt, UInt128 mac) => _check = _check with
    {
        State = ActivationState.Open,
        ExpiresAt = expiresAt,
        AuthorisedAt = authorisedAt,
        Mac = mac,
    };

    public void Close()
    {
        _check = _check with { State = ActivationState.Void, Remaining = 0 };
        IsChanged = true;
    }

    private void Copy(ReadOnlySpan<byte> states)
    {
        if (States.Length == states.Length)
        {
            states.CopyTo(States);
        }
        else
        {
            States = states.ToArray();
        }
    }
}
