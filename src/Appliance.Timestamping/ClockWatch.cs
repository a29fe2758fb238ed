using Appliance.Timestamping.Clocks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Timestamping;

/// <summary>
/// Watches the machine's clock for all units, and fails closed: 1 reads the wall clock against the raw one and asks the
/// kernel, 2 takes what NTP servers answered, 3 tells each unit whether its sources agree within its accuracy.
/// </summary>
public sealed partial class ClockWatch : IAsyncDisposable
{
    private static readonly ClockSources[] s_sources =
        [ClockSources.Wall, ClockSources.Kernel, ClockSources.Sntp, ClockSources.Operator];

    private readonly Lock _gate = new();

    /// <summary>Held while events are told: two threads would tell them in any order.</summary>
    private readonly Lock _telling = new();
    private readonly ClockWatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<ClockEvent>? _onEvent;
    private readonly ClockReaders _readers;
    private readonly ClockBoard _board;
    private readonly DriftLog _log;
    private readonly List<ClockGuard> _guards = [];
    private readonly Queue<ClockEvent> _untold = new();
    private readonly CancellationTokenSource _stop = new();
    private ClockSources _trusted;
    private Task? _loop;
    private int _disposed;

    /// <summary>A watch; <see cref="Start"/> or <see cref="Check"/> begins.</summary>
    /// <param name="options">Settings without errors.</param>
    /// <param name="time">The wall clock that tokens are stamped with; null for the system's.</param>
    /// <param name="logger">Null logs nothing.</param>
    /// <param name="onEvent">
    /// Called for each event, for alert and audit, on a thread of the watch. Must be quick.
    /// </param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public ClockWatch(
        ClockWatchOptions options,
        TimeProvider? time = null,
        ILogger? logger = null,
        Action<ClockEvent>? onEvent = null)
        : this(options, time ?? TimeProvider.System, logger, onEvent, readers: null)
    {
    }

    internal ClockWatch(
        ClockWatchOptions options,
        TimeProvider time,
        ILogger? logger,
        Action<ClockEvent>? onEvent,
        ClockReaders? readers)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.FindErrors() is [var error, ..])
        {
            throw new ArgumentException(error, nameof(options));
        }

        _options = options;
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        _onEvent = onEvent;
        _readers = readers ?? new ClockReaders(
            SystemClocks.RawNanoseconds,
            SystemClocks.ReadKernel,
            new SntpClient(time, SystemClocks.RawNanoseconds, options.SntpTimeout).QueryAsync);
        _board = new ClockBoard(options);
        _log = new DriftLog(options.LogLimit);
        _servers = [.. options.Servers.Select(server => new AskedServer(server))];
    }

    /// <summary>The wall clock.</summary>
    public TimeProvider Time => _time;

    /// <summary>The drift log, oldest first, at most <see cref="ClockWatchOptions.LogLimit"/> entries.</summary>
    public IReadOnlyList<ClockEvent> Events => _log.Read();

    /// <summary>What each source says.</summary>
    public IReadOnlyList<ClockSourceStatus> Sources
    {
        get
        {
            lock (_gate)
            {
                return [.. s_sources.Select(_board.StatusOf)];
            }
        }
    }

    /// <summary>The units that are guarded.</summary>
    public IReadOnlyList<ClockGuard> Units
    {
        get
        {
            lock (_gate)
            {
                return [.. _guards];
            }
        }
    }

    /// <summary>
    /// How far the wall clock was ahead, at the last look, of where somebody who can know confirmed it: steps and slews
    /// since, less what the oscillator explains.
    /// </summary>
    public TimeSpan Drift
    {
        get
        {
            lock (_gate)
            {
                return _board.Drift;
            }
        }
    }

    /// <summary>A unit's guard. It gives no time before the next look.</summary>
    /// <param name="unit">For events.</param>
    /// <param name="required">What must agree; the wall clock's own watch is always among it.</param>
    /// <param name="accuracy">Within what; positive.</param>
    /// <exception cref="ArgumentException">
    /// NTP servers are required and none is configured, or the accuracy is not positive.
    /// </exception>
    public ClockGuard Guard(string unit, ClockSources required, TimeSpan accuracy)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(accuracy, TimeSpan.Zero);
        if (required.HasFlag(ClockSources.Sntp) && _options.Servers.Count == 0)
        {
            throw new ArgumentException($"The unit {unit} requires NTP servers; none is configured.", nameof(required));
        }

        var guard = new ClockGuard(unit, required, accuracy, _readers, _time);
        lock (_gate)
        {
            _guards.Add(guard);
        }

        return guard;
    }

    /// <summary>A unit is no more.</summary>
    internal void Remove(ClockGuard guard)
    {
        lock (_gate)
        {
            _guards.Remove(guard);
            guard.Verdict = ClockVerdict.Unknown;
        }
    }

    /// <summary>Looks at wall clock and kernel once, and tells the units.</summary>
    public void Check()
    {
        lock (_gate)
        {
            LookNow();
            Decide();
        }

        Tell();
    }

    /// <summary>Begins to look by itself, at once and then regularly, until it is disposed.</summary>
    public void Start()
    {
        Check();
        _loop ??= RunAsync();
    }

    /// <summary>Stops looking; the units have no time a few intervals later.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        if (_loop is not null)
        {
            await _loop;
        }

        _stop.Dispose();
    }

    /// <summary>Nanoseconds without a look after which there is no watch.</summary>
    private long Patience => _options.CheckInterval.Ticks * 100 * 5;

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_options.CheckInterval, _time);
        var poll = Task.CompletedTask;
        try
        {
            do
            {
                try
                {
                    Check();
                    if (poll.IsCompleted && IsPollDue())
                    {
                        var last = poll;
                        poll = PollAsync(_stop.Token);
                        await last;
                    }
                }
                catch (Exception e) when (!_stop.IsCancellationRequested)
                {
                    Log.WatchFailed(_logger, e);
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }

        await poll.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void LookNow()
    {
        var before = _board.Last.RawNanoseconds;
        var look = _board.Look(_readers.Read(_time), _readers.Kernel());
        var pause = _board.Last.RawNanoseconds - before;
        if (before != 0 && pause > Patience)
        {
            Note(ClockEventKind.LooksMissed, "watch", TimeSpan.FromTicks(pause / 100), "nobody looked at the clock");
        }

        if (look.Step != 0)
        {
            Note(ClockEventKind.Stepped, "wall clock", TimeSpan.FromTicks(look.Step), "the wall clock was set");
        }

        if (look.LeapApplied)
        {
            Note(ClockEventKind.LeapApplied, "wall clock", default, "the kernel has applied the leap second");
        }

        if (look.LeapMissed)
        {
            var missed = "the announced leap second was not applied; the clock is off by one second";
            Note(ClockEventKind.Stepped, "wall clock", default, missed);
        }

        if (look.Step != 0 || look.LeapMissed)
        {
            _askAgain = true;
            VoidAssertion("the clock was set after it was asserted");
        }

        if (_board.TryAnnounceLeap(out var leap))
        {
            var what = leap.Direction == LeapDirection.Insert ? "inserted" : "deleted";
            Note(
                ClockEventKind.LeapAnnounced,
                "UTC",
                default,
                $"a second is {what} before {new DateTime(leap.Midnight, DateTimeKind.Utc):u}");
        }
    }

    /// <summary>A verdict for each unit, and events where something has changed.</summary>
    private void Decide()
    {
        var deviation = _board.StatusOf(ClockSources.Wall).Bound;
        if (_guards.Exists(guard => guard.Required.HasFlag(ClockSources.Operator) && deviation > guard.Accuracy))
        {
            VoidAssertion("the clock has drifted after it was asserted");
        }

        foreach (var source in s_sources)
        {
            var status = _board.StatusOf(source);
            if (status.IsTrusted != _trusted.HasFlag(source))
            {
                _trusted ^= source;
                Note(
                    status.IsTrusted ? ClockEventKind.SourceTrusted : ClockEventKind.SourceLost,
                    source.ToString(),
                    status.IsTrusted ? status.Bound : default,
                    status.Text);
            }
        }

        foreach (var guard in _guards)
        {
            var verdict = Judge(guard);
            guard.Verdict = verdict;
            // At a start it is no news that servers have not answered yet.
            var waits = !verdict.IsTrusted && !_hasAsked && guard.Required.HasFlag(ClockSources.Sntp);
            if (guard.Told != verdict.IsTrusted && !(waits && guard.Told is null))
            {
                guard.Told = verdict.IsTrusted;
                Note(
                    verdict.IsTrusted ? ClockEventKind.UnitResumed : ClockEventKind.UnitSuspended,
                    guard.Unit,
                    default,
                    verdict.Text);
            }
        }
    }

    private ClockVerdict Judge(ClockGuard guard)
    {
        var headroom = guard.Accuracy;
        string? fault = _board.Leap.IsSuspended(_board.Last.UtcTicks) ? "a leap second is happening" : null;
        foreach (var source in s_sources)
        {
            if (!guard.Required.HasFlag(source) || fault is not null)
            {
                continue;
            }

            var status = _board.StatusOf(source);
            if (!status.IsTrusted)
            {
                fault = $"{source}: {status.Text}";
            }
            else if (status.Bound > guard.Accuracy)
            {
                fault = $"{source}: the clock may be off by {status.Bound}, more than {guard.Accuracy}";
            }
            else if (guard.Accuracy - status.Bound < headroom)
            {
                headroom = guard.Accuracy - status.Bound;
            }
        }

        var last = _board.Last;
        return new ClockVerdict(
            fault is null,
            fault ?? "the sources agree",
            last.Offset,
            headroom.Ticks,
            last.RawNanoseconds + Patience,
            _board.Leap);
    }

    private void Note(ClockEventKind kind, string subject, TimeSpan offset, string text)
    {
        var last = _board.Last;
        var entry = new ClockEvent(
            new DateTimeOffset(last.UtcTicks, TimeSpan.Zero), last.RawNanoseconds, kind, subject, offset, text);
        _log.Add(entry);
        _untold.Enqueue(entry);
    }

    /// <summary>Outside of the lock: who listens may ask back.</summary>
    private void Tell()
    {
        lock (_telling)
        {
            TellAll();
        }
    }

    private void TellAll()
    {
        while (TryTakeUntold(out var entry))
        {
            if (entry.Kind is ClockEventKind.Stepped or ClockEventKind.SourceLost or ClockEventKind.UnitSuspended
                or ClockEventKind.ServerRefused or ClockEventKind.LeapAnnounced or ClockEventKind.AssertionVoided
                or ClockEventKind.LooksMissed)
            {
                Log.Warned(_logger, entry.Kind, entry.Subject, entry.Offset, entry.Text);
            }
            else
            {
                Log.Noted(_logger, entry.Kind, entry.Subject, entry.Offset, entry.Text);
            }

            try
            {
                _onEvent?.Invoke(entry);
            }
            catch (Exception e)
            {
                Log.ReceiverFailed(_logger, e);
            }
        }
    }

    private bool TryTakeUntold(out ClockEvent entry)
    {
        lock (_gate)
        {
            return _untold.TryDequeue(out entry);
        }
    }
}
