namespace Appliance.Pkcs11.Modules;

/// <summary>
/// Counts who may be inside a library, so that it is finalised under nobody: a call that runs, or a session that its
/// owner believes in, would crash the process or meet another's handle.
/// </summary>
internal sealed class ModuleGate
{
    private int _inside;
    private volatile bool _closed;

    /// <summary>Enters unless the gate is closed; each success must be left once.</summary>
    public bool TryEnter()
    {
        // First the count, then the look: who closes does it the other way round, so that one of the two sees it.
        Interlocked.Increment(ref _inside);
        if (!_closed)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _inside);

    /// <summary>Closes it when nobody is inside.</summary>
    public bool TryClose()
    {
        if (Volatile.Read(ref _inside) != 0)
        {
            // Without closing: who is inside may have to enter once more.
            return false;
        }

        _closed = true;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _inside) == 0)
        {
            return true;
        }

        _closed = false;
        return false;
    }

    public void Open() => _closed = false;
}
