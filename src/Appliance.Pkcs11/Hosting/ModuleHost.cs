using System.ComponentModel;
using System.Runtime.CompilerServices;
using Appliance.Pkcs11.Interop;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// The processes of one hosted library, one after the other. A thread of its own starts each, since the kernel ends a
/// child with the thread that made it, waits for its end, tells the slots, and starts the next after a pause.
/// </summary>
internal sealed partial class ModuleHost : IDisposable
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);

    private readonly object _gate = new();
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HostBackoff _backoff;
    private readonly HostWatchdog _watchdog;
    private readonly Thread _keeper;
    private volatile HostedSlot[] _slots = [];
    private volatile HostChild? _child;
    private Exception? _failure;
    private bool _hasServed;
    private bool _isStopping;
    private uint _lastSlot;

    private ModuleHost(string path, ModuleHostOptions options, TimeProvider time, ILogger logger)
    {
        _path = path;
        Options = options;
        _time = time;
        _logger = logger;
        _backoff = new HostBackoff(options);
        _watchdog = new HostWatchdog(options, time);
        _keeper = new Thread(Keep) { IsBackground = true, Name = "pkcs11 host" };
    }

    public ModuleHostOptions Options { get; }

    /// <summary>Told when another process than the first is there, before the slots are.</summary>
    public Action? Restarted { get; set; }

    /// <summary>The process that serves now; null while there is none.</summary>
    public HostChild? Child => _child;

    /// <summary>Version of the library's interface.</summary>
    public CK_VERSION Version { get; private set; }

    /// <summary>Starts the first process and waits until it has initialised the library.</summary>
    /// <exception cref="Exception">As told by <see cref="Pkcs11Module.Host"/>.</exception>
    public static ModuleHost Start(string path, ModuleHostOptions options, TimeProvider time, ILogger logger)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("A PKCS#11 library runs in a process of its own on Linux only.");
        }

        var host = new ModuleHost(path, options, time, logger);
        host._keeper.Start();
        lock (host._gate)
        {
            while (!host._hasServed && host._failure is null)
            {
                Monitor.Wait(host._gate);
            }
        }

        if (host._failure is { } failure)
        {
            host.Dispose();
            throw failure;
        }

        return host;
    }

    /// <summary>For tests: a child that is no process, and nobody who starts another.</summary>
    public static ModuleHost Attach(HostChild child, ModuleHostOptions options)
        => new("test", options, TimeProvider.System, NullLogger.Instance) { _child = child };

    /// <summary>A slot is told of every process that comes and goes, of the one that serves now at once.</summary>
    public void Add(HostedSlot slot)
    {
        HostChild? child;
        lock (_gate)
        {
            slot.Number = ++_lastSlot;
            _slots = [.. _slots, slot];
            child = _child;
        }

        if (child is not null)
        {
            slot.Attach(child, isFirst: true);
        }
    }

    public void Remove(HostedSlot slot)
    {
        lock (_gate)
        {
            _slots = [.. _slots.Where(other => other != slot)];
        }
    }

    /// <summary>Has the library finalised and ends the process; kills it when it takes too long.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.PulseAll(_gate);
        }

        if (_child is { } child)
        {
            using var limit = TimeProvider.System.CreateTimer(
                _ => child.Kill(), state: null, s_stopTimeout, Timeout.InfiniteTimeSpan);
            _ = child.TrySend(new FrameWriter().Begin(FrameType.Stop, 0));
            JoinKeeper();
        }

        JoinKeeper();
        _watchdog.Dispose();
    }

    private void JoinKeeper()
    {
        if (!_keeper.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            _keeper.Join();
        }
    }

    private void Keep()
    {
        for (uint generation = 1; !IsStopping; generation++)
        {
            var began = _time.GetTimestamp();
            var served = false;
            var how = "was not kept";
            try
            {
                how = RunOne(generation, out served);
            }
            catch (Exception e)
            {
                // Without this thread the library would never come back.
                HostLog.KeeperThrew(_logger, _path, e);
                Fail(new ModuleHostException($"The process of {_path} cannot be kept.", e));
            }

            if (IsStopping || _failure is not null)
            {
                return;
            }

            var pause = _backoff.Next(served ? _time.GetElapsedTime(began) : TimeSpan.Zero, _hasStartFailed);
            HostLog.HostEnded(_logger, _path, how, (int)pause.TotalMilliseconds);
            Pause(pause);
        }
    }

    private bool IsStopping
    {
        get
        {
            lock (_gate)
            {
                return _isStopping;
            }
        }
    }

    /// <summary>From the start of one process to its end.</summary>
    /// <returns>How it ended.</returns>
    private string RunOne(uint generation, out bool served)
    {
        served = false;
        string how;
        HostChild child;
        int output;
        try
        {
            child = HostStarter.Start(generation, Options, _time, out output);
        }
        catch (Win32Exception e)
        {
            var why = $"did not start ({Options.Command[0]}: {e.Message})";
            Fail(new ModuleHostException($"The process of {_path} {why}.", e));
            return why;
        }

        new Thread(() => OutputPump.Run(output, _path, _time, _logger))
        {
            IsBackground = true,
            Name = "pkcs11 host output",
        }.Start();
        var receiver = new Thread(() => child.Receive(Take)) { IsBackground = true, Name = "pkcs11 host receiver" };
        receiver.Start();
        var follows = false;
        try
        {
            served = AwaitStart(child);
            if (served)
            {
                HostLog.HostStarted(_logger, _path, child.Process);
                _watchdog.Watch(child);
                Publish(child);
            }

            follows = served && !IsStopping;
        }
        finally
        {
            if (!follows)
            {
                child.Kill();
            }

            AwaitEnd(child, receiver, out how);
        }

        return how;
    }

    /// <summary>
    /// Waits for its end, however that comes, and tells the slots that nothing of it can arrive any more.
    /// </summary>
    private void AwaitEnd(HostChild child, Thread receiver, out string how)
    {
        Posix.AwaitExit(child.Process);
        child.MarkExited();
        how = Posix.Reap(child.Process);
        _child = null;
        _watchdog.Watch(null);
        receiver.Join();
        child.Close();
        Withdraw(child);
        if (child.Fault is { } fault)
        {
            HostLog.HostKilled(_logger, _path, fault);
        }

        var reason = child.Fault is null ? "" : $": {child.Fault}";
        Fail(new ModuleHostException($"The process of {_path} {how}{reason}."));
    }

    /// <summary>What the first start throws; later ones are tried again.</summary>
    private void Fail(Exception failure)
    {
        lock (_gate)
        {
            if (!_hasServed)
            {
                _failure ??= failure;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void Publish(HostChild child)
    {
        if (child.Generation > 1)
        {
            Restarted?.Invoke();
        }

        HostedSlot[] slots;
        lock (_gate)
        {
            _child = child;
            slots = _slots;
            _hasServed = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var slot in slots)
        {
            slot.Attach(child, isFirst: false);
        }
    }

    /// <summary>After the process was waited for: nothing that was in it can come any more.</summary>
    private void Withdraw(HostChild child)
    {
        foreach (var slot in _slots)
        {
            slot.Detach(child);
        }
    }

    private void Pause(TimeSpan pause)
    {
        var rang = new StrongBox<bool>();
        using var alarm = _time.CreateTimer(_ => Ring(rang), state: null, pause, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            while (!_isStopping && !rang.Value)
            {
                Monitor.Wait(_gate);
            }
        }
    }
}
