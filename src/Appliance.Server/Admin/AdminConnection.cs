using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Appliance.Server.Admin.Wire;
using Appliance.Server.Commands;

namespace Appliance.Server.Admin;

/// <summary>One command over the socket, on the server's side. Its steps are those of <see cref="RunAsync"/>.</summary>
internal sealed partial class AdminConnection : IDisposable
{
    private const int LargestRequest = 64 * 1024;
    private const int NarrowestTerminal = 20;
    private const int WidestTerminal = 1_000;
    private static readonly TimeSpan s_requestTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Each refusal is a row in the audit trail: nobody may fill the store with them.</summary>
    private static readonly TimeSpan s_refusalPause = TimeSpan.FromMilliseconds(500);

    private readonly LiveAppliance _live;
    private readonly OsUser _user;
    private readonly ILogger _logger;
    private readonly FrameStream _frames;
    private readonly RemoteCaller _caller;
    private readonly CancellationTokenSource _given;

    /// <summary>Takes the socket over.</summary>
    /// <param name="live">The running server.</param>
    /// <param name="socket">Accepted.</param>
    /// <param name="user">Who is at its other end.</param>
    /// <param name="logger">The server's.</param>
    /// <param name="stopping">Ends the command: the server cannot wait for it any longer.</param>
    public AdminConnection(
        LiveAppliance live, Socket socket, OsUser user, ILogger logger, CancellationToken stopping)
    {
        _live = live;
        _user = user;
        _logger = logger;
        _frames = new FrameStream(socket);
        _caller = new RemoteCaller(_frames, live.Composition.Time);
        _given = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    }

    /// <summary>Answers one command; throws nothing.</summary>
    public async Task RunAsync()
    {
        try
        {
            // 1 The command, soon; 2 carry it out while its caller answers questions and may give up; 3 its exit code.
            if (await ReadRequestAsync() is not { } request)
            {
                return;
            }

            using var listening = CancellationTokenSource.CreateLinkedTokenSource(_given.Token);
            var answers = ListenAsync(listening.Token);
            var (exitCode, refused) = await CarryOutAsync(request);
            if (refused)
            {
                await Task.Delay(s_refusalPause, _live.Composition.Time, _given.Token);
            }

            _frames.Write(FrameKind.Exit, [(byte)exitCode]);
            await listening.CancelAsync();
            await answers;
        }
        catch (AdminProtocolException error)
        {
            Log.Hostile(_logger, _user.Name, error.Message);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            Log.Lost(_logger, _user.Name, error.Message);
        }
    }

    /// <summary>Tells the caller that nothing was done, and why.</summary>
    public void Refuse(string sentence)
    {
        try
        {
            _frames.Write(FrameKind.Error, $"appliance: {sentence}{Environment.NewLine}");
            _frames.Write(FrameKind.Exit, [ExitCode.Failed]);
        }
        catch (IOException error)
        {
            Log.Lost(_logger, _user.Name, error.Message);
        }
    }

    public void Dispose()
    {
        _frames.Dispose();
        _given.Dispose();
    }

    private async Task<CommandRequest?> ReadRequestAsync()
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(_given.Token);
        await using var timer = _live.Composition.Time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(),
            soon,
            s_requestTimeout,
            Timeout.InfiniteTimeSpan);
        var first = await _frames.ReadAsync(
            static kind => kind == FrameKind.Request ? LargestRequest : 0, soon.Token);
        if (first is not { } frame)
        {
            return null;
        }

        CommandRequest? request = null;
        try
        {
            request = frame.Kind == FrameKind.Request
                ? JsonSerializer.Deserialize(frame.Payload, WireJson.Default.CommandRequest)
                : null;
        }
        catch (JsonException)
        {
            // Told below: what a stranger sends is not quoted.
        }

        if (request?.Arguments is null || Array.Exists(request.Arguments, argument => argument is null))
        {
            throw new AdminProtocolException("The first frame is no command.");
        }

        if (request.Version != CommandRequest.CurrentVersion)
        {
            Refuse("This command is of another release than the server; use the one that the server runs.");
            return null;
        }

        return request;
    }

    private async Task<(int ExitCode, bool Refused)> CarryOutAsync(CommandRequest request)
    {
        var started = Stopwatch.GetTimestamp();
        var host = new CommandHost(_live, _user, () => _frames.Write(FrameKind.Accepted, []));
        await using var output = Writer(FrameKind.Output);
        await using var error = Writer(FrameKind.Error);
        var environment = new CommandEnvironment
        {
            Output = output,
            Error = error,
            Input = TextReader.Null,
            Interactive = false,
            Terminal = request.Terminal,
            Ansi = request.Ansi,
            Width = Math.Clamp(request.Width, NarrowestTerminal, WidestTerminal),
            Time = _live.Composition.Time,
            User = _user,
            Host = host,
            Remote = _caller,
        };
        var exitCode = await CommandLine.RunAsync(request.Arguments, environment, _given.Token);
        Log.CarriedOut(
            _logger, _user.Name, host.CommandName, exitCode, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        return (exitCode, host.Refused);
    }

    /// <summary>Answers and a change of mind. A caller that is gone has changed its mind.</summary>
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _frames.ReadAsync(_caller.Largest, cancellationToken) is { } frame
                && frame.Kind != FrameKind.Cancel)
            {
                _caller.Deliver(frame);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (AdminProtocolException error)
        {
            Log.Hostile(_logger, _user.Name, error.Message);
        }
        catch (IOException error)
        {
            Log.Lost(_logger, _user.Name, error.Message);
        }

        await _given.CancelAsync();
    }

    private StreamWriter Writer(FrameKind kind)
        => new(new FrameOutput(_frames, kind), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false))
        {
            AutoFlush = true,
        };

    private static partial class Log
    {
        [LoggerMessage(8031, LogLevel.Information, "{User}: `{Command}` ended with {ExitCode} after {Elapsed} ms.")]
        public static partial void CarriedOut(
            ILogger logger, string user, string command, int exitCode, long elapsed);

        [LoggerMessage(8032, LogLevel.Warning, "The admin socket's connection of {User} was ended: {Reason}")]
        public static partial void Hostile(ILogger logger, string user, string reason);

        [LoggerMessage(8033, LogLevel.Information, "The admin socket's connection of {User} was lost: {Reason}")]
        public static partial void Lost(ILogger logger, string user, string reason);
    }
}
