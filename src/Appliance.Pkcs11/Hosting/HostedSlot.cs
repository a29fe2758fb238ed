using System.Collections.Concurrent;
using System.Text.Json;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Sessions;
using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// A slot whose module is in a child process. Jobs wait here; a thread sends what waits, so much at a time as keeps the
/// child busy, and the thread that receives completes what comes back. What was in a process that died is tried
/// elsewhere by the group, after that process has been waited for: nothing of it can arrive any more.
/// </summary>
internal sealed partial class HostedSlot : GroupSlot
{
    private const int HashesPerSession = 8;
    private const int LeastWindow = 64;
    private const int LeastAsks = 64;

    /// <summary>It tells its state twice a second, so that something is wrong when so long nothing comes.</summary>
    private static readonly TimeSpan s_suspectSilence = TimeSpan.FromSeconds(2);

    /// <summary>How long jobs may be inside while the slot is out of service.</summary>
    private static readonly TimeSpan s_limitWhileOut = TimeSpan.FromSeconds(1);

    private readonly ModuleHost _host;
    private readonly SlotGroupOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SlotReports _reports;
    private readonly JobQueue _queue;
    private readonly SentJobs _sent;
    private readonly KeyNumbers _keys;
    private readonly Thread _sender;
    private readonly ConcurrentDictionary<SignJob, ManualResetEventSlim> _callers = new();
    private readonly int _sessions;
    private HostChild? _keysOf;
    private int _asks;
    private volatile HostChild? _child;
    private volatile SlotStatus? _status;
    private volatile bool _draining;
    private volatile bool _mustProve;
    private volatile bool _stopped;

    public HostedSlot(
        ModuleHost host,
        Token token,
        int index,
        SlotGroupOptions options,
        TimeProvider time,
        ILogger logger,
        SlotReports reports)
        : base(token, index)
    {
        _host = host;
        _options = options;
        _time = time;
        _logger = logger;
        _reports = reports;
        _sessions = options.Sessions > 0 ? options.Sessions : 2 * Environment.ProcessorCount;
        var window = host.Options.HashesInFlight > 0
            ? host.Options.HashesInFlight
            : Math.Max(LeastWindow, HashesPerSession * _sessions);
        _queue = new JobQueue(options.QueueLimit, workers: 1);
        _sent = new SentJobs(window, time);
        _keys = new KeyNumbers(options.KeyCacheLimit);
        _sender = new Thread(Send) { IsBackground = true, Name = $"pkcs11 {token.Info.Label} sender" };
        host.Add(this);
        _sender.Start();
    }

    /// <summary>Its number in frames.</summary>
    public uint Number { get; set; }

    public override SlotState State
    {
        get
        {
            if (_draining)
            {
                return SlotState.Draining;
            }

            if (_child is not { IsOver: false } child)
            {
                return SlotState.Quarantined;
            }

            var state = _mustProve ? SlotState.Probing : _status?.State ?? SlotState.Ready;
            return state == SlotState.Ready && child.Silence > s_suspectSilence ? SlotState.Suspect : state;
        }
    }

    public override int Capacity => Math.Clamp(_status?.SessionLimit ?? _sessions, 1, _sessions);

    public override int Waiting => _queue.Count;

    public override int InFlight => _sent.Jobs;

    public override long Latency => _status?.LatencyMicroseconds ?? 0;

    public override uint LastError
        => _child is { IsOver: false } ? _status?.LastError ?? 0 : (uint)CKR.CKR_DEVICE_REMOVED;

    public override bool TryAdd(SignJob job)
    {
        if (!_queue.TryAdd(job))
        {
            return false;
        }

        if (!job.IsBulk)
        {
            _sent.WakeForInteractive();
        }

        return true;
    }

    public override int AddAll(ReadOnlySpan<SignJob> jobs)
    {
        var added = _queue.AddAll(jobs);
        _sent.WakeForInteractive();
        return added;
    }

    /// <summary>Waits on the calling thread; the signature is made in the child.</summary>
    public override void Sign(SignJob job)
    {
        using var done = new ManualResetEventSlim();
        _callers[job] = done;
        if (TryAdd(job))
        {
            done.Wait();
        }
        else
        {
            _callers.TryRemove(job, out _);
            job.Outcome = job.Outcome == SignOutcome.None ? SignOutcome.NeverDispatched : job.Outcome;
        }
    }

    public override void SetDraining(bool draining)
    {
        if (_draining == draining)
        {
            return;
        }

        _draining = draining;
        _mustProve |= !draining;
        _ = _child?.TrySend(new FrameWriter().Begin(FrameType.DrainSlot, Number).Flag(draining));
        _reports.Changed();
    }

    public override void Watch()
    {
        // A slot that is out signs nothing more: what has not come back by then hangs in the library, as calls do in
        // some when their device goes, and keeps the library from being initialised anew. A new process ends both.
        var isOut = State is SlotState.Quarantined or SlotState.Probing;
        var limit = isOut && _options.CallLimit > s_limitWhileOut ? s_limitWhileOut : _options.CallLimit;
        if (_child is { } child && _sent.IsOverdue(limit))
        {
            child.Break("a signature does not come back");
        }
        else if (_status is { Hanging: > 0 } && _child is { } hanging)
        {
            // Others go on beside it; only with the process does what hangs end.
            hanging.Break("a call in it does not return");
        }

        if (_queue.Count > 0 && isOut)
        {
            // Placed here just as it went out of service.
            Shed(_queue.Drain());
        }
    }

    public override void Stop() => _queue.Stop();

    public override int Join(long start, TimeSpan timeout)
    {
        var isDone = _sender.Join(Left(start, timeout)) && _sent.WaitUntilEmpty(Left(start, timeout));
        if (!isDone)
        {
            // Its process is the only thing that can still bring something; when it has ended, nothing is left.
            _child?.Break("it does not finish in time");
            isDone = _sent.WaitUntilEmpty(_host.Options.StartTimeout);
        }

        _stopped = true;
        _host.Remove(this);
        _ = _child?.TrySend(new FrameWriter().Begin(FrameType.CloseSlot, Number));
        return isDone ? 0 : _sent.Jobs;
    }

    public override List<SignJob> TakeRest()
    {
        var rest = _queue.Drain();
        if (_options.Dispatch == SlotDispatch.Workers)
        {
            return rest;
        }

        foreach (var job in rest)
        {
            job.Outcome = job.Outcome == SignOutcome.None ? SignOutcome.NeverDispatched : job.Outcome;
            Done(job);
        }

        return [];
    }

    public override SlotStatus ReadStatus()
    {
        var status = _status ?? new SlotStatus(
            Token.Info, State, Sessions: 0, Queued: 0, InFlight: 0, LastError: (uint)CKR.CKR_OK);
        var isGone = _child is not { IsOver: false };
        return status with
        {
            Token = Token.Info,
            State = State,
            Queued = Waiting,
            InFlight = InFlight,
            Sessions = isGone ? 0 : status.Sessions,
            LastError = LastError,
            Generation = unchecked(status.Generation + (int)(_child?.Generation ?? 0)),
        };
    }

    /// <summary>A process serves: it is told of this slot.</summary>
    /// <param name="child">The process.</param>
    /// <param name="isFirst">The slot is new, and no job can be here; else a probe must succeed first.</param>
    public void Attach(HostChild child, bool isFirst)
    {
        _mustProve = !isFirst;
        if (!isFirst)
        {
            // Its slot may have another number in another process.
            var found = Relocate();
            if (found != CKR.CKR_OK && _logger.IsEnabled(LogLevel.Warning))
            {
                HostLog.NotFoundAgain(_logger, Token.Info, Pkcs11ReturnValue.NameOf((uint)found));
            }
        }

        var start = new HostedSlotStart(
            Token.Info, Token.Profile.Name, _options, Token.WantsLogin, _mustProve, _draining);
        var frame = new FrameWriter().Begin(FrameType.OpenSlot, Number)
            .Raw(JsonSerializer.SerializeToUtf8Bytes(start, HostingJson.Default.HostedSlotStart));
        _status = null;
        _child = child;
        _sent.Begin(child);
        _ = child.TrySend(frame);
        _reports.Changed();
    }

    /// <summary>Whatever the library in the child answers, the host's thread goes on.</summary>
    private CKR Relocate()
    {
        try
        {
            return Token.Relocate();
        }
        catch (Exception e)
        {
            HostLog.LoginThrew(_logger, Token.Info, e);
            return CKR.CKR_GENERAL_ERROR;
        }
    }

    /// <summary>A process has ended and was waited for. On the host's thread.</summary>
    public void Detach(HostChild child)
    {
        _child = null;
        _status = null;
        var lost = _sent.Lose(child);
        if (lost.Count > 0)
        {
            HostLog.JobsLost(_logger, Token.Info, lost.Count);
        }

        if (!_stopped)
        {
            _reports.Changed();
        }

        foreach (var sent in lost)
        {
            Finish(sent);
        }

        Shed(_queue.Drain());
    }

    private TimeSpan Left(long start, TimeSpan timeout)
    {
        var left = timeout - _time.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Shed(List<SignJob> jobs)
    {
        foreach (var job in jobs)
        {
            LeaveAlone(job);
        }
    }

    /// <summary>A job of which nothing was sent by this slot.</summary>
    private void LeaveAlone(SignJob job)
    {
        job.Outcome = SignOutcome.TokenUnavailable;
        job.ReturnValue = (uint)CKR.CKR_DEVICE_REMOVED;
        Done(job);
    }

    /// <summary>All that was sent of a job has come back or is lost.</summary>
    private void Finish(SentJob sent)
    {
        var job = sent.Job;
        job.Next = sent.First + sent.Done;
        job.Outcome = sent.Failure == SignOutcome.None ? SignOutcome.Signed : sent.Failure;
        job.ReturnValue = sent.Failure == SignOutcome.None ? 0 : sent.ReturnValue;
        Done(job);
    }

    private void Done(SignJob job)
    {
        if (_options.Dispatch == SlotDispatch.Workers)
        {
            _reports.Done(job, this);
        }
        else if (_callers.TryRemove(job, out var caller))
        {
            caller.Set();
        }
    }
}
