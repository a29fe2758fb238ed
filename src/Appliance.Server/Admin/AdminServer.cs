using System.Net.Sockets;

namespace Appliance.Server.Admin;

/// <summary>
/// Takes commands from the admin socket while a server runs: each is one connection, carried out by the process that
/// has the store. So many at a time; one more is told to come back.
/// </summary>
internal sealed partial class AdminServer : IAsyncDisposable
{
    /// <summary>At a time. They are people and their scripts, and each may hold a thread.</summary>
    public const int MostCommands = 16;

    /// <summary>Of one user, so that nobody can keep the others out.</summary>
    public const int MostCommandsOfOne = 8;

    private static readonly TimeSpan s_acceptPause = TimeSpan.FromSeconds(1);

    private readonly LiveAppliance _live;
    private readonly AdminSocketFile _file;
    private readonly Func<Socket, OsUser> _peerOf;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _accepting = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<Task, uint> _commands = [];
    private bool _draining;
    private int _disposed;
    private readonly Task _loop;

    private AdminServer(LiveAppliance live, AdminSocketFile file, Func<Socket, OsUser> peerOf, ILogger logger)
    {
        _live = live;
        _file = file;
        _peerOf = peerOf;
        _logger = logger;
        _loop = AcceptAsync();
    }

    /// <summary>Listens.</summary>
    /// <param name="live">The running server.</param>
    /// <param name="path">The socket; null for none.</param>
    /// <param name="group">The group that may connect as well as the server's own user; null for none.</param>
    /// <param name="logger">For who did what.</param>
    /// <param name="peerOf">Who is at the other end; null asks the kernel.</param>
    /// <exception cref="Commands.CommandException">The socket cannot be made; the message says what to do.</exception>
    public static AdminServer? Start(
        LiveAppliance live, string? path, string? group, ILogger logger, Func<Socket, OsUser>? peerOf = null)
    {
        if (path is null)
        {
            return null;
        }

        var file = AdminSocketFile.Listen(path, string.IsNullOrWhiteSpace(group) ? null : group);
        Log.Listening(logger, path);
        return new AdminServer(live, file, peerOf ?? OsUsers.PeerOf, logger);
    }

    /// <summary>Takes no new commands; those in work have this long.</summary>
    public void Drain(TimeSpan grace)
    {
        _draining = true;
        _accepting.Cancel();
        _file.Dispose();
        _ending.CancelAfter(grace);
    }

    /// <summary>
    /// Returns when no command is in work any more: what they stand on is taken away after this. A command that is
    /// ended undoes what it began.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _accepting.CancelAsync();
        _file.Dispose();
        if (!_draining)
        {
            await _ending.CancelAsync();
        }

        await _loop;
        Task[] left;
        lock (_lock)
        {
            left = [.. _commands.Keys];
        }

        await Task.WhenAll(left);
        _accepting.Dispose();
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        await Task.Yield();
        while (!_accepting.IsCancellationRequested)
        {
            try
            {
                Begin(await _file.Socket.AcceptAsync(_accepting.Token));
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception error) when (!_accepting.IsCancellationRequested)
            {
                // Out of descriptors, or a peer that went before it was known.
                Log.NotAccepted(_logger, error);
                await PauseAsync();
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(s_acceptPause, _live.Composition.Time, _accepting.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }

    private void Begin(Socket socket)
    {
        OsUser user;
        try
        {
            user = _peerOf(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        lock (_lock)
        {
            foreach (var done in _commands.Keys.Where(static command => command.IsCompleted).ToList())
            {
                _commands.Remove(done);
            }

            var full = _commands.Count >= MostCommands
                || _commands.Values.Count(id => id == user.Id) >= MostCommandsOfOne;
            _commands.Add(ServeAsync(socket, user, full), user.Id);
        }
    }

    private async Task ServeAsync(Socket socket, OsUser user, bool full)
    {
        await Task.Yield();
        using var connection = new AdminConnection(_live, socket, user, _logger, _ending.Token);
        if (full)
        {
            connection.Refuse("The server carries out as many commands as it may at a time; try again shortly.");
            return;
        }

        try
        {
            await connection.RunAsync();
        }
        catch (Exception error)
        {
            Log.Failed(_logger, user.Name, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8030, LogLevel.Information, "Commands are taken at {Path}.")]
        public static partial void Listening(ILogger logger, string path);

        [LoggerMessage(8035, LogLevel.Error, "The command of {User} ended in a way that nobody expected.")]
        public static partial void Failed(ILogger logger, string user, Exception error);

        [LoggerMessage(8034, LogLevel.Warning, "A connection to the admin socket was not accepted.")]
        public static partial void NotAccepted(ILogger logger, Exception error);
    }
}
