using System.Collections.Concurrent;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// One child process while it runs, as its parent sees it: the socket, the calls that wait for an answer, the pipe for
/// PINs. It is over when the socket has ended; its process is waited for by who started it.
/// </summary>
internal sealed class HostChild
{
    private readonly FrameChannel _channel;
    private readonly ConcurrentDictionary<uint, RemoteCall> _calls = new();
    private readonly ConcurrentBag<RemoteCall> _idle = [];
    private readonly Lock _pinGate = new();
    private int _pinPipe;
    private uint _lastId;
    private volatile bool _over;
    private long _heardAt;

    /// <param name="generation">Number of this child: 1, 2, ...</param>
    /// <param name="process">Its id; 0 for none.</param>
    /// <param name="socket">This end of the socket.</param>
    /// <param name="pinPipe">The writing end of the pipe for PINs.</param>
    /// <param name="time">Clock.</param>
    public HostChild(uint generation, int process, int socket, int pinPipe, TimeProvider time)
    {
        Generation = generation;
        Process = process;
        Time = time;
        _channel = new FrameChannel(socket);
        _pinPipe = pinPipe;
        _heardAt = time.GetTimestamp();
    }

    public uint Generation { get; }

    public int Process { get; }

    public TimeProvider Time { get; }

    /// <summary>Held over the whole of a login.</summary>
    public Lock LoginGate { get; } = new();

    /// <summary>Why it was ended by its parent; null when it ended by itself.</summary>
    public string? Fault { get; private set; }

    /// <summary>Nothing comes from it any more.</summary>
    public bool IsOver => _over;

    /// <summary>How long it has been silent.</summary>
    public TimeSpan Silence => Time.GetElapsedTime(Volatile.Read(ref _heardAt));

    public uint NextId() => Interlocked.Increment(ref _lastId);

    public RemoteCall Rent() => _idle.TryTake(out var call) ? call : new RemoteCall();

    public void GiveBack(RemoteCall call)
    {
        if (!_over)
        {
            _idle.Add(call);
        }
    }

    /// <summary>Sends a call; its answer, or that none will come, is told to it.</summary>
    public bool Send(uint id, RemoteCall call)
    {
        _calls[id] = call;
        if (_channel.TrySend(call.Request) && !_over)
        {
            return true;
        }

        // Either this thread takes it back, or the one that saw the end has told it already.
        return !_calls.TryRemove(id, out _);
    }

    public bool TrySend(FrameWriter frame) => _channel.TrySend(frame);

    /// <summary>Into the pipe that the child reads at a login. It holds more than a PIN, so this never waits.</summary>
    public bool TryWritePin(ReadOnlySpan<byte> pin)
    {
        lock (_pinGate)
        {
            return _pinPipe >= 0 && Posix.WriteAll(_pinPipe, pin);
        }
    }

    /// <summary>
    /// Takes frames until the end: answers go to their calls, everything else to the handler, which says whether it
    /// made sense. Calls that wait are told at the end that no answer will come.
    /// </summary>
    public void Receive(FrameHandler handler)
    {
        while (_channel.TryReceive(out var type, out var id, out var body))
        {
            Volatile.Write(ref _heardAt, Time.GetTimestamp());
            if (type == FrameType.Return)
            {
                if (body.Length < sizeof(uint) || !_calls.TryRemove(id, out var call))
                {
                    Break("an answer that nobody waits for");
                    break;
                }

                call.Answer(body);
            }
            else if (type != FrameType.Alive && !IsTaken(handler, type, id, body))
            {
                Break($"its frame {type} makes no sense");
                break;
            }
        }

        if (_channel.Fault is { } fault)
        {
            Break(fault);
        }

        // Whether it closed its end or said what is none: without the socket it is of no use.
        _over = true;
        Kill();
        foreach (var id in _calls.Keys)
        {
            if (_calls.TryRemove(id, out var call))
            {
                call.Abandon();
            }
        }
    }

    /// <summary>No frame may end this process, whatever is in it.</summary>
    private bool IsTaken(FrameHandler handler, FrameType type, uint id, ReadOnlySpan<byte> body)
    {
        try
        {
            return handler(this, type, id, body);
        }
        catch (Exception e)
        {
            Fault ??= $"its frame {type} was not taken: {e.GetType().Name}";
            return false;
        }
    }

    /// <summary>The first call that has taken longer than it may; null when there is none.</summary>
    public string? FindOverdue()
    {
        foreach (var call in _calls.Values)
        {
            if (call.Since != 0 && Time.GetElapsedTime(call.Since) > call.Limit)
            {
                return $"{call.Function} did not return";
            }
        }

        return null;
    }

    /// <summary>Ends the process at once. It is not over before its process has been waited for.</summary>
    public void Break(string fault)
    {
        Fault ??= fault;
        Kill();
    }

    public void Kill()
    {
        lock (_pinGate)
        {
            // Once it was reaped its id may be another's.
            if (Process > 0 && _pinPipe >= 0)
            {
                Posix.Kill(Process);
            }
        }

        _channel.Shutdown();
    }

    /// <summary>Its process has ended and is about to be reaped: its id is worth nothing from now on.</summary>
    public void MarkExited()
    {
        lock (_pinGate)
        {
            Posix.Close(_pinPipe);
            _pinPipe = -1;
        }

        _channel.Shutdown();
    }

    /// <summary>After the receiving thread has ended.</summary>
    public void Close() => _channel.Close();
}
