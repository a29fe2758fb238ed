using System.Runtime.InteropServices;
using System.Text.Json;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Modules;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// The whole of a host process: 1 what it may not do, 2 the library, 3 frames until the parent has gone or says stop.
/// It ends with its parent: by the end of the socket, and by the kernel.
/// </summary>
internal sealed class HostedProcess
{
    private const int NotByHand = 2;
    private const int Failed = 1;
    private const int MaxPath = 4096;

    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(100);
    private const int BeatsPerStatus = 5;

    private readonly FrameChannel _channel;
    private readonly LoadedModule _module;
    private readonly CallServer _calls;
    private readonly CallPool _pool;
    private readonly LoginAsks _asks;
    private readonly ChildLog _log;
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, ChildSlot> _slots = [];

    private HostedProcess(FrameChannel channel, LoadedModule module, int pinPipe)
    {
        _channel = channel;
        _module = module;
        _log = new ChildLog(channel);
        _calls = new CallServer(module, pinPipe);
        _pool = new CallPool(channel, _calls, EndAtOnce);
        _asks = new LoginAsks(channel, _calls);
    }

    public static int Run()
    {
        if (!OperatingSystem.IsLinux()
            || !Posix.IsPipe(HostStarter.PinDescriptor)
            || !Posix.IsStreamSocket(HostStarter.SocketDescriptor))
        {
            Console.Error.WriteLine("This command is started by the appliance itself, for a module in a process.");
            return NotByHand;
        }

        Posix.DieWithParent();
        Posix.ForbidDumps();
        Posix.CloseOnExec(HostStarter.PinDescriptor);
        Posix.CloseOnExec(HostStarter.SocketDescriptor);

        // A terminal or a service manager signals all processes; this one serves until its parent is done.
        using var interrupt = Ignore(PosixSignal.SIGINT);
        using var quit = Ignore(PosixSignal.SIGQUIT);
        using var terminate = Ignore(PosixSignal.SIGTERM);
        using var hangUp = Ignore(PosixSignal.SIGHUP);
        return Serve(HostStarter.SocketDescriptor, HostStarter.PinDescriptor);
    }

    /// <summary>Serves over a socket and a pipe, until the end.</summary>
    public static int Serve(int socket, int pinPipe)
    {
        var channel = new FrameChannel(socket);
        if (!channel.TryReceive(out var type, out _, out var body) || type != FrameType.Start)
        {
            return Failed;
        }

        var reader = new FrameReader(body);
        var path = reader.Text(MaxPath);
        var parameters = reader.Text(MaxPath);
        if (!reader.IsWhole || Load(path, parameters, channel) is not { } module)
        {
            return Failed;
        }

        return new HostedProcess(channel, module, pinPipe).Serve();
    }

    private static PosixSignalRegistration Ignore(PosixSignal signal)
        => PosixSignalRegistration.Create(signal, static context => context.Cancel = true);

    private static LoadedModule? Load(string path, string parameters, FrameChannel channel)
    {
        StartFailure failure;
        uint returnValue = 0;
        var function = "";
        string message;
        try
        {
            var module = LoadedModule.Load(path, parameters.Length == 0 ? null : parameters);
            var version = module.Api.Version;
            _ = channel.TrySend(new FrameWriter().Begin(FrameType.Started, 0)
                .Byte(version.major).Byte(version.minor));
            return module;
        }
        catch (Pkcs11Exception e)
        {
            (failure, returnValue, function, message) =
                (StartFailure.ReturnValue, e.ReturnValue, e.Function, e.Message);
        }
        catch (Exception e)
        {
            failure = e switch
            {
                DllNotFoundException or BadImageFormatException => StartFailure.NotLoaded,
                NotSupportedException => StartFailure.NotSupported,
                _ => StartFailure.Other,
            };
            message = e.Message;
        }

        _ = channel.TrySend(new FrameWriter().Begin(FrameType.StartFailed, 0)
            .Byte((byte)failure).UInt32(returnValue).Text(function).Text(message[..Math.Min(message.Length, 1000)]));
        return null;
    }

    private int Serve()
    {
        new Thread(Beat) { IsBackground = true, Name = "pkcs11 host status" }.Start();
        while (_channel.TryReceive(out var type, out var id, out var body))
        {
            if (type == FrameType.Stop)
            {
                Stop();
                return 0;
            }

            if (!Take(type, id, body))
            {
                EndAtOnce($"a frame {type} that makes no sense");
            }
        }

        // The parent has gone: what is here can reach nobody.
        Posix.ExitAtOnce(0);
        return 0;
    }

    private bool Take(FrameType type, uint id, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FrameType.Call:
                return _pool.TryAdd(id, body);
            case FrameType.Jobs:
                return Find(id)?.Take(body) == true;
            case FrameType.LoginAnswer:
                return _asks.Answer(body);
            case FrameType.OpenSlot:
                return Open(id, body);
            case FrameType.DrainSlot:
                Find(id)?.SetDraining(body is [not 0]);
                return body.Length == 1;
            case FrameType.CloseSlot:
                Close(id);
                return true;
            default:
                return false;
        }
    }

    private ChildSlot? Find(uint number)
    {
        lock (_gate)
        {
            return _slots.GetValueOrDefault(number);
        }
    }

    private bool Open(uint number, ReadOnlySpan<byte> body)
    {
        HostedSlotStart? start;
        try
        {
            start = JsonSerializer.Deserialize(body, HostingJson.Default.HostedSlotStart);
        }
        catch (JsonException)
        {
            return false;
        }

        if (start is null || Find(number) is not null)
        {
            return false;
        }

        var slot = new ChildSlot(number, start, _module, _asks, _channel, _log);
        lock (_gate)
        {
            _slots.Add(number, slot);
        }

        return true;
    }

    /// <summary>Beside the frames: it waits for what the slot has.</summary>
    private void Close(uint number)
    {
        ChildSlot? slot;
        lock (_gate)
        {
            _slots.Remove(number, out slot);
        }

        if (slot is not null)
        {
            new Thread(slot.Dispose) { IsBackground = true, Name = "pkcs11 slot closes" }.Start();
        }
    }

    private void Stop()
    {
        ChildSlot[] slots;
        lock (_gate)
        {
            slots = [.. _slots.Values];
            _slots.Clear();
        }

        foreach (var slot in slots)
        {
            slot.Dispose();
        }

        _module.Release();
        Posix.ExitAtOnce(0);
    }

    /// <summary>What a parent never sends has been sent: nothing here is to be believed.</summary>
    private void EndAtOnce(string why)
    {
        Console.Error.WriteLine($"The host process ends: {why}.");
        Posix.ExitAtOnce(Failed);
    }

    /// <summary>Says that the process lives, and how its slots are.</summary>
    private void Beat()
    {
        var frame = new FrameWriter();
        using var never = new ManualResetEventSlim();
        for (var beat = 0; !never.Wait(s_beat); beat = (beat + 1) % BeatsPerStatus)
        {
            ChildSlot[] slots;
            lock (_gate)
            {
                slots = [.. _slots.Values];
            }

            foreach (var slot in slots)
            {
                slot.Tell(frame, beat == 0);
            }

            if (beat == 0)
            {
                _ = _channel.TrySend(frame.Begin(FrameType.Alive, 0));
            }
        }
    }
}
