namespace Appliance.Timestamping.Clocks;

/// <summary>
/// The wall clock against the raw one, look by look. A change larger than the step limit is a step and counts in full;
/// smaller ones add up as slew, of which what the oscillator explains is forgiven. A step back to where the clock was
/// cancels. All in ticks. Not for several threads.
/// </summary>
internal sealed class WallClock(long stepLimit, int oscillatorPpm)
{
    /// <summary>Fastest slew of the kernel, adjtimex(2): what is faster is a step.</summary>
    private const int KernelSlewPpm = 500;

    private ClockReading _last;
    private long _confirmedRaw;
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
            _confirmedRaw = reading.RawNanoseconds;
            return 0;
        }

        var change = reading.Offset - _last.Offset;
        var elapsed = reading.RawNanoseconds - _last.RawNanoseconds;
        var limit = stepLimit + Parts(elapsed, KernelSlewPpm);
        _last = reading;
        if (Math.Abs(change) <= limit)
        {
            _slewed += change;
            return 0;
        }

        if (expectedLeap != 0 && Math.Abs(change - expectedLeap) <= limit)
        {
            isLeap = true;
            Leaps += expectedLeap;
            _slewed += change - expectedLeap;
            return 0;
        }

        _steps += change;
        return change;
    }

    /// <summary>How far the wall clock is from where it was confirmed, as of the last look.</summary>
    public long Deviation
        => Math.Abs(_steps)
            + Math.Max(0, Math.Abs(_slewed) - Parts(_last.RawNanoseconds - _confirmedRaw, oscillatorPpm));

    /// <summary>Somebody who can know says that it is right now.</summary>
    public void Confirm()
    {
        _steps = 0;
        _slewed = 0;
        _confirmedRaw = _last.RawNanoseconds;
    }

    /// <summary>So many millionths of a duration in nanoseconds, in ticks.</summary>
    public static long Parts(long nanoseconds, int ppm) => (long)((Int128)nanoseconds * ppm / 100_000_000);
}
