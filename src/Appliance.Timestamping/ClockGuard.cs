using Appliance.Timestamping.Clocks;

namespace Appliance.Timestamping;

/// <summary>
/// A unit's view of the clock: it gives the time while the unit's sources agree within its accuracy, and none
/// otherwise. Any thread.
/// </summary>
public sealed class ClockGuard
{
    private readonly ClockReaders _readers;
    private readonly TimeProvider _time;
    private ClockVerdict _verdict = ClockVerdict.Unknown;

    internal ClockGuard(
        string unit, ClockSources required, TimeSpan accuracy, ClockReaders readers, TimeProvider time)
    {
        Unit = unit;
        Required = required | ClockSources.Wall;
        Accuracy = accuracy;
        _readers = readers;
        _time = time;
    }

    /// <summary>The unit's name.</summary>
    public string Unit { get; }

    /// <summary>What must agree.</summary>
    public ClockSources Required { get; }

    /// <summary>Within what.</summary>
    public TimeSpan Accuracy { get; }

    /// <summary>False while the unit has no time.</summary>
    public bool IsTrusted => TryRead(out _);

    /// <summary>Why there is none, or that the sources agree.</summary>
    public string Text => Verdict.Text;

    /// <summary>What was told of it last: whether it issues; null for nothing yet. Under the watch's lock.</summary>
    internal bool? Told { get; set; }

    internal ClockVerdict Verdict
    {
        get => Volatile.Read(ref _verdict);
        set => Volatile.Write(ref _verdict, value);
    }

    /// <summary>
    /// The time now. Both clocks are read at each call: a step since the last look of the watch is seen at once, and a
    /// watch that has stopped looking is no watch.
    /// </summary>
    internal bool TryRead(out ClockReading reading)
    {
        var verdict = Verdict;
        var raw = _readers.RawNanoseconds();
        reading = new ClockReading(_time.GetUtcNow().UtcTicks, raw);
        if (!verdict.IsTrusted || raw > verdict.ValidUntil)
        {
            return false;
        }

        if (Math.Abs(reading.Offset - verdict.Offset) > verdict.Headroom)
        {
            // Perhaps the thread lost its core between the two readings.
            reading = _readers.Read(_time);
            if (Math.Abs(reading.Offset - verdict.Offset) > verdict.Headroom)
            {
                return false;
            }
        }

        // A verdict from before a leap second says nothing of the clock behind it.
        return reading.UtcTicks < verdict.Leap.SuspendedFrom;
    }
}
