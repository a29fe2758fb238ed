namespace Appliance.Timestamping.Clocks;

/// <summary>
/// What each source says, from the last looks and answers. Decides nothing about units. Not for several threads.
/// </summary>
internal sealed class ClockBoard(ClockWatchOptions options)
{
    private readonly WallClock _wall = new(options.StepLimit.Ticks, options.OscillatorPpm);
    private KernelClock? _kernel;
    private SntpQuorum _quorum;
    private long _quorumOffset;
    private long _quorumRaw;
    private string _sntp = "not asked yet";

    public DateTimeOffset? AssertedUntil { get; set; } = options.AssertedUntil;

    public ClockReading Last { get; private set; }

    public LeapSecond Leap { get; private set; }

    /// <summary>Wall minus raw clock, leap seconds apart.</summary>
    public long Offset => _wall.Offset;

    /// <summary>Takes a look. Returns the step, 0 for none.</summary>
    public long Look(in ClockReading reading, KernelClock? kernel, out bool isLeap)
    {
        var step = _wall.Look(reading, Leap.ExpectedJump(reading.UtcTicks), out isLeap);
        _kernel = kernel;
        Last = reading;
        if (Leap.Direction != LeapDirection.None && Leap.IsPast(reading.UtcTicks))
        {
            Leap = default;
        }

        return step;
    }

    /// <summary>True when a leap second is announced that was not before.</summary>
    public bool TryAnnounceLeap(out LeapSecond leap)
    {
        var direction = _kernel?.Leap is LeapDirection.Insert or LeapDirection.Delete
            ? _kernel.Value.Leap
            : _quorum.Leap;
        var isNew = LeapSecond.TryAnnounce(Last.UtcTicks, direction, out leap) && leap != Leap;
        Leap = isNew ? leap : Leap;
        return isNew;
    }

    /// <summary>Takes the answers of a round, and who disagreed.</summary>
    public IEnumerable<int> Take(IReadOnlyList<SntpSample> samples)
    {
        // A sample knows the plain difference of the clocks; leap seconds come off it as they do off ours.
        var leaps = _wall.Leaps;
        var adjusted = samples.Select(sample => sample with { WallOffset = sample.WallOffset - leaps }).ToList();
        if (!SntpQuorum.TryFind(adjusted, Offset, out var quorum) || quorum.Agreeing < options.EffectiveQuorum)
        {
            _sntp = $"{quorum.Agreeing} of {samples.Count} servers agree, {options.EffectiveQuorum} must";
            return [];
        }

        _quorum = quorum;
        _quorumOffset = Offset;
        _quorumRaw = Last.RawNanoseconds;
        _sntp = $"{quorum.Agreeing} of {samples.Count} servers agree";
        return Enumerable.Range(0, samples.Count)
            .Where(index => samples[index].Fault is null && quorum.Contradicts(adjusted[index], Offset)).ToList();
    }

    /// <summary>Steps and slews so far are right: somebody who can know says so.</summary>
    public void Confirm() => _wall.Confirm();

    public ClockSourceStatus StatusOf(ClockSources source) => source switch
    {
        ClockSources.Kernel => KernelStatus(),
        ClockSources.Sntp => SntpStatus(),
        ClockSources.Operator => OperatorStatus(),
        _ => new ClockSourceStatus(
            ClockSources.Wall, true, TimeSpan.FromTicks(_wall.Deviation), "against the raw clock"),
    };

    private ClockSourceStatus KernelStatus() => _kernel switch
    {
        null => new ClockSourceStatus(ClockSources.Kernel, false, TimeSpan.MaxValue, "adjtimex is refused"),
        { IsSynchronised: false } => new ClockSourceStatus(
            ClockSources.Kernel, false, TimeSpan.MaxValue, "the kernel's clock is not synchronised"),
        { } clock => new ClockSourceStatus(ClockSources.Kernel, true, clock.MaximumError, "synchronised"),
    };

    /// <summary>The interval moves with the wall clock, and grows by what the oscillator may be off.</summary>
    private ClockSourceStatus SntpStatus()
    {
        var age = Last.RawNanoseconds - _quorumRaw;
        if (_quorum.Agreeing == 0 || age / 100 > 3 * options.SntpInterval.Ticks)
        {
            var text = _quorum.Agreeing == 0 ? _sntp : $"no quorum for long: {_sntp}";
            return new ClockSourceStatus(ClockSources.Sntp, false, TimeSpan.MaxValue, text);
        }

        var moved = Offset - _quorumOffset;
        var bound = Math.Max(Math.Abs(_quorum.From - moved), Math.Abs(_quorum.To - moved));
        return new ClockSourceStatus(
            ClockSources.Sntp,
            true,
            TimeSpan.FromTicks(bound + WallClock.Parts(age, options.OscillatorPpm)),
            _sntp);
    }

    private ClockSourceStatus OperatorStatus()
    {
        var isAsserted = AssertedUntil is { } until && Last.UtcTicks < until.UtcTicks;
        return new ClockSourceStatus(
            ClockSources.Operator,
            isAsserted,
            isAsserted ? TimeSpan.Zero : TimeSpan.MaxValue,
            AssertedUntil is { } end ? $"asserted until {end:u}" : "nobody asserts it");
    }
}
