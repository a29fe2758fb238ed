using System.Runtime.CompilerServices;
using Appliance.Pkcs11.Interop;
using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Hosting;

/// <content>How a process begins, and what it says beside answers.</content>
internal sealed partial class ModuleHost
{
    private const int MaxText = 4096;
    private const int MaxName = 64;

    private bool _isStarted;
    private bool _hasStartFailed;
    private LineLimit? _toldLimit;

    /// <summary>Waits until the library is initialised in a new process. False when that did not happen.</summary>
    private bool AwaitStart(HostChild child)
    {
        lock (_gate)
        {
            _isStarted = false;
            _hasStartFailed = false;
        }

        var rang = new StrongBox<bool>();
        using var alarm = _time.CreateTimer(
            _ => Ring(rang), state: null, Options.StartTimeout, Timeout.InfiniteTimeSpan);
        if (!child.TrySend(new FrameWriter().Begin(FrameType.Start, 0).Text(_path).Text(Options.Parameters ?? "")))
        {
            return false;
        }

        lock (_gate)
        {
            while (!_isStarted && !_hasStartFailed && !rang.Value && !_isStopping && !child.IsOver)
            {
                // The end of the socket rings no bell.
                Monitor.Wait(_gate, TimeSpan.FromMilliseconds(20));
            }

            if (rang.Value)
            {
                child.Break("it did not start in time");
            }

            return _isStarted;
        }
    }

    private void Ring(StrongBox<bool> rang)
    {
        lock (_gate)
        {
            rang.Value = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>A frame that is no answer, on the receiving thread.</summary>
    private bool Take(HostChild child, FrameType type, uint id, ReadOnlySpan<byte> body)
    {
        var reader = new FrameReader(body);
        switch (type)
        {
            case FrameType.Started:
                return Started(ref reader);
            case FrameType.StartFailed:
                return StartFailed(ref reader);
            case FrameType.Log:
                return Told(ref reader);
            case FrameType.Results or FrameType.Status or FrameType.AskLogin:
                var slot = Array.Find(_slots, one => one.Number == id);

                // A slot that was removed may still be spoken of.
                return slot?.Take(child, type, body) ?? (id != 0 && id <= _lastSlot);
            default:
                return false;
        }
    }

    private bool Started(ref FrameReader reader)
    {
        var version = new CK_VERSION { major = reader.Byte(), minor = reader.Byte() };
        lock (_gate)
        {
            if (!reader.IsWhole || _isStarted)
            {
                return false;
            }

            Version = version;
            _isStarted = true;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>The same exceptions as if the library had been loaded here.</summary>
    private bool StartFailed(ref FrameReader reader)
    {
        var kind = (StartFailure)reader.Byte();
        var returnValue = (CKR)reader.UInt32();
        var function = OutputPump.Clean(reader.Bytes(MaxName));
        var message = OutputPump.Clean(reader.Bytes(MaxText));
        if (!reader.IsWhole)
        {
            return false;
        }

        Fail(kind switch
        {
            StartFailure.NotLoaded => new DllNotFoundException(message),
            StartFailure.NotSupported => new NotSupportedException(message),
            StartFailure.ReturnValue => new Pkcs11Exception(function, returnValue, _path),
            _ => new ModuleHostException($"The process of {_path} failed: {message}"),
        });
        lock (_gate)
        {
            _hasStartFailed = true;
            Monitor.PulseAll(_gate);
        }

        return true;
    }

    private bool Told(ref FrameReader reader)
    {
        var level = (LogLevel)reader.Byte();
        var number = reader.UInt32();
        var message = reader.Bytes(MaxText);
        if (!reader.IsWhole || level is < LogLevel.Trace or > LogLevel.Critical)
        {
            return false;
        }

        _toldLimit ??= new LineLimit(_time);
        if (_logger.IsEnabled(level) && _toldLimit.MayPass(out _))
        {
            var text = OutputPump.Clean(message);
            HostLog.Told(_logger, level, _path, number, text);
        }

        return true;
    }
}
