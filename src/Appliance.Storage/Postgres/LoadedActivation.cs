namespace Appliance.Storage.Postgres;

/// <summary>An activation as this transaction has it: locked, read, and perhaps changed in memory.</summary>
internal sealed class LoadedActivation(in ActivationCheck check, byte[] states)
{
    private ActivationCheck _check = check;

    public ref readonly ActivationCheck Check => ref _check;

    public byte[] States { get; private set; } = states;

    /// <summary>True when memory knows what the database does not yet.</summary>
    public bool IsChanged { get; set; }

    /// <summary>The occurrences of the hashes that were looked for; null stands for "none".</summary>
    public Dictionary<byte[], List<LoadedOccurrence>?> Hashes { get; } = new(BytesComparer.Instance);

    public void Update(int remaining, ReadOnlySpan<byte> states)
    {
        _check = _check with { Remaining = remaining };
        if (States.Length == states.Length)
        {
            states.CopyTo(States);
        }
        else
        {
            States = states.ToArray();
        }

        IsChanged = true;
    }

    public void Close()
    {
        _check = _check with { State = ActivationState.Void, Remaining = 0 };
        IsChanged = true;
    }
}
