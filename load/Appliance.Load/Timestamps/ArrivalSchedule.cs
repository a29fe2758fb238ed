namespace Appliance.Load.Timestamps;

/// <summary>
/// When each request of an open loop is due: at a constant rate, whatever became of those before it. One that is sent
/// late keeps the time it was due at, so that whoever waits for a slow server is counted as waiting.
/// </summary>
/// <param name="start">When the first one is due, nanoseconds.</param>
/// <param name="rate">Requests a second.</param>
/// <param name="count">How many there are.</param>
internal sealed class ArrivalSchedule(long start, double rate, long count)
{
    private long _taken;

    /// <summary>All were taken.</summary>
    public bool IsOver => _taken == count;

    /// <summary>When the next one is due; the end of time when all were taken.</summary>
    public long NextDue => IsOver ? long.MaxValue : DueAt(_taken);

    /// <summary>Takes the next request if it is due.</summary>
    /// <param name="now">Nanoseconds, of the same clock.</param>
    /// <param name="due">When it was due.</param>
    public bool TryTake(long now, out long due)
    {
        due = NextDue;
        if (IsOver || due > now)
        {
            return false;
        }

        _taken++;
        return true;
    }

    /// <summary>Of the whole and not by adding up: errors of rounding do not grow.</summary>
    private long DueAt(long index) => start + (long)(index * (1_000_000_000 / rate));
}
