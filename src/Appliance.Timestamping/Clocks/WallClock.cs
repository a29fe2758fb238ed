namespace Appliance.Timestamping.Clocks;

/// <summary>
/// The wall clock against the raw one, look by look. A change larger than the step limit is a step and counts in full;
/// smaller ones add up as slew, of which what the oscillator explains is forgiven as time goes by: never in advance, or
/// a quiet week would pay for a fast hour. A step back to where the clock was cancels. All in ticks. Not for several
/// threads.
/// </summary>
internal sealed class WallClock(long stepLimit, int oscillatorPpm)
{
    /// <summary>Fastest slew of the kernel, adjtimex(2): what is faster is a step.</summary>
    private const int KernelSlewPpm = 500;

    private ClockReading _last;
    private long _steps;
    private long _slewed;
    private bool _isStarted;

    /// <summary>Wall minus raw at the last look, leap seconds taken out.</summary>
    public long Offset => _last.Offset - Leaps;

    /// <summary>Leap seconds that the wall clock has taken: -1 s for each inserted one.</summary>
    public long Leaps { get; private set; }

    /// <summary>Takes a reading.</summary>
    /// <param name="reading">Both clocks.</param>
    /// <param name="expectedLeap">Ticks that the wall clock may jump by just now because of a leap second.</param>
    /// <param name="isLeap">It has jumped by just that.</param>
    /// <returns>The step, 0 for none.</returns>
    public long Look(in ClockReading reading, long expectedLeap, out bool isLeap)
    {
        isLeap = false;
        if (!_isStarted)
        {
            _isStarted = true;
            _last = reading;
            return 0;
        }

        var change = reading.Offset - _last.Offset;
        var elapsed = reading.RawNanoseconds - _last.RawNanoseconds;
        // A thread that lost its core between the two readings has not seen a step.
        var limit = stepLimit + Parts(elapsed, KernelSlewPpm) + ((reading.Width + _last.Width) / 100);
        _last = reading;
        if (Math.Abs(change) <= limit)
        {
            Slew(change, elapsed);
            return 0;
        }

        if (expectedLeap != 0 && Math.Abs(change - expectedLeap) <= limit)
        {
            isLeap = true;
            Leaps += expectedLeap;
            Slew(change - expectedLeap, elapsed);
            return 0;
        }

        _steps += change;
        return change;
    }

    /// <summary>How far the wall clock is at most from where it was confirmed, as of the last look.</summary>
    public long Deviation => Math.Abs(_steps) + Math.Abs(_slewed);

    /// <summary>How far it is ahead of where it was confirmed, as it looks.</summary>
    public long Drift => _steps + _slewed;

    /// <summary>A leap second was announced and the clock did not take it: it is wrong by that much.</summary>
    public void Miss(long expectedLeap) => _steps -= expectedLeap;

    /// <summary>Somebody who can know says that it is right now.</summary>
    public void Confirm()
    {
        _steps = 0;
        _slewed = 0;
    }

    /// <summary>So many millionths of a duration in nanoseconds, in ticks.</summary>
    public static long Parts(long nanoseconds, int ppm) => (long)((Int128)nanoseconds * ppm / 100_000_000);

    private void Slew(long change, long elapsed)
    {
        _slewed += change;
        var forgiven = Math.Min(Math.Abs(_slewed), Parts(elapsed, oscillatorPpm));
        _slewed -= Math.Sign(_slewed) * forgiven;
    }
}
