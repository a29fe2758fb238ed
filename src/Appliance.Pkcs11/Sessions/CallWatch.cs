namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// How long one thread has been inside the module. The thread begins and ends it; the watchdog, which never calls the
/// module, declares it overdue once. What the watchdog does about it is done before the thread goes on.
/// </summary>
internal sealed class CallWatch(Slot slot)
{
    private const int Outside = 0;
    private const int Inside = 1;
    private const int Late = 2;

    private readonly Lock _gate = new();
    private long _start;
    private int _state;

    /// <summary>True from the moment that it was declared overdue; its thread is no worker any more.</summary>
    public bool IsWrittenOff { get; private set; }

    /// <summary>True while a call that was declared overdue has not returned.</summary>
    public bool Hangs => Volatile.Read(ref _state) == Late;

    public void Begin()
    {
        Volatile.Write(ref _start, slot.Time.GetTimestamp());
        Volatile.Write(ref _state, Inside);
    }

    public void End()
    {
        if (Interlocked.CompareExchange(ref _state, Outside, Inside) != Inside)
        {
            // The watchdog was here: it has told whom it had to before the results are given out.
            lock (_gate)
            {
                Volatile.Write(ref _state, Outside);
            }
        }
    }

    /// <summary>For the watchdog.</summary>
    /// <param name="limit">Longest that a call may take.</param>
    /// <param name="overdue">Called once, while the thread is inside or waits for this to end.</param>
    /// <returns>True when it was declared overdue now.</returns>
    public bool Look(TimeSpan limit, Action overdue)
    {
        if (Volatile.Read(ref _state) != Inside || slot.Time.GetElapsedTime(Volatile.Read(ref _start)) < limit)
        {
            return false;
        }

        lock (_gate)
        {
            // Another call may have begun since the look at the time: then the start is a new one.
            var start = Volatile.Read(ref _start);
            if (slot.Time.GetElapsedTime(start) < limit
                || Interlocked.CompareExchange(ref _state, Late, Inside) != Inside)
            {
                return false;
            }

            IsWrittenOff = true;
            overdue();
            return true;
        }
    }
}
