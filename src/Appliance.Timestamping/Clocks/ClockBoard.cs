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
    private string _notAsserted = options.NotAssertedBecause ?? "nobody asserts it";
    private bool _leapTaken;

    /// <summary>End of the operator's assertion; null when there is none.</summary>
    public DateTimeOffset? AssertedUntil { get; private set; } = options.AssertedUntil;

    public ClockReading Last { get; private set; }

    public LeapSecond Leap { get; private set; }

    /// <summary>Wall minus raw clock, leap seconds apart.</summary>
    public long Offset => _wall.Offset;

    /// <summary>How far the wall clock is ahead of where it was confirmed.</summary>
    public TimeSpan Drift => TimeSpan.FromTicks(_wall.Drift);

    /// <summary>Takes a look.</summary>
    public ClockLook Look(in ClockReading reading, KernelClock? kernel)
    {
        var step = _wall.Look(reading, Leap.ExpectedJump(reading.UtcTicks), out var isLeap);
        _kernel = kernel;
        Last = reading;
        _leapTaken |= isLeap;
        var isMissed = false;
        if (Leap.Direction != LeapDirection.None && Leap.IsPast(reading.UtcTicks))
        {
            isMissed = !_leapTaken;
            if (isMissed)
            {
                _wall.Miss(Leap.Jump);
            }

            Leap = default;
            _leapTaken = false;
        }

        if (AssertedUntil is { } until && reading.UtcTicks >= until.UtcTicks)
        {
            // For good: a clock that is set back does not bring it back.
            Withdraw($"the assertion ended at {until:u}");
        }

        return new ClockLook(step, isLeap, isMissed);
    }

    /// <summary>An operator says that the clock is right now.</summary>
    public void Assert(DateTimeOffset until)
    {
        AssertedUntil = until;
        _wall.Confirm();
    }

    /// <summary>The assertion counts no more.</summary>
    public void Withdraw(string because)
    {
        AssertedUntil = null;
        _notAsserted = because;
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

    /// <summary>Takes the answers of a round.</summary>
    /// <param name="samples">One of each server.</param>
    /// <param name="contradicting">Who disagrees with the quorum.</param>
    /// <returns>False when there is no quorum.</returns>
    public bool TryTake(IReadOnlyList<SntpSample> samples, out IReadOnlyList<int> contradicting)
    {
        contradicting = [];
        // A sample knows the plain difference of the clocks; leap seconds come off it as they do off ours.
        var leaps = _wall.Leaps;
        var adjusted = samples.Select(sample => sample with { WallOffset = sample.WallOffset - leaps }).ToList();
        if (!SntpQuorum.TryFind(adjusted, Offset, out var quorum) || quorum.Agreeing < options.EffectiveQuorum)
        {
            _sntp = $"{quorum.Agreeing} of {samples.Count} servers agree, {options.EffectiveQuorum} must";
            return false;
        }

        _quorum = quorum;
        _quorumOffset = Offset;
        _quorumRaw = samples.Where(sample => sample.Fault is null).Min(sample => sample.RawNanoseconds);
        _sntp = $"{quorum.Agreeing} of {samples.Count} servers agree";
        contradicting =
        [
            .. Enumerable.Range(0, samples.Count).Where(
                index => samples[index].Fault is null && quorum.Contradicts(adjusted[index], Offset)),
        ];
        return true;
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

    private ClockSourceStatus OperatorStatus() => AssertedUntil is { } end
        ? new ClockSourceStatus(ClockSources.Operator, true, TimeSpan.Zero, $"asserted until {end:u}")
        : new ClockSourceStatus(ClockSources.Operator, false, TimeSpan.MaxValue, _notAsserted);
}
