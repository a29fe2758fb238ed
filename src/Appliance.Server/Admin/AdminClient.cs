using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Server.Admin.Wire;
using Appliance.Server.Commands;

namespace Appliance.Server.Admin;

/// <summary>
/// Has a command carried out by the server that has the store: sends the command line, shows what comes back, answers
/// for files and passwords. A server gets no file but those that the command line names.
/// </summary>
internal sealed class AdminClient : IDisposable
{
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromSeconds(30);

    private readonly string _path;
    private readonly CommandEnvironment _environment;
    private readonly HashSet<string> _files;
    private readonly FrameStream _frames;
    private readonly Decoder _output = Encoding.UTF8.GetDecoder();
    private readonly Decoder _error = Encoding.UTF8.GetDecoder();
    private bool _accepted;

    private AdminClient(string path, Socket socket, CommandEnvironment environment, HashSet<string> files)
    {
        _path = path;
        _environment = environment;
        _files = files;
        _frames = new FrameStream(socket);
    }

    /// <summary>Runs the command by the server; null when none answers.</summary>
    /// <exception cref="CommandException">A server is there and cannot be asked; the message says why.</exception>
    public static async Task<int?> TryRunAsync(
        ParseResult parsed, CommandEnvironment environment, CancellationToken cancellationToken)
    {
        var path = AdminSocketPath.Of(CommandConfiguration.Read(parsed));
        if (path is null || !File.Exists(path) || AdminSocketPath.IsTooLong(path))
        {
            return null;
        }

        AdminSocketFile.CheckDirectory(path);
        if (await ConnectAsync(path, cancellationToken).ConfigureAwait(false) is not { } socket)
        {
            return null;
        }

        using var client = new AdminClient(path, socket, environment, FilesOf(parsed));
        return await client.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _frames.Dispose();

    private static async Task<Socket?> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            return error.SocketErrorCode switch
            {
                // A killed server left the file, or it went in this moment.
                SocketError.ConnectionRefused or SocketError.AddressNotAvailable => null,
                SocketError.AccessDenied => throw new CommandException(
                    $"{path} belongs to a server whose group this user is not in (Admin:Group)."),
                _ => throw new CommandException($"The server at {path} cannot be asked: {error.Message}."),
            };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Every file that the command line names, as it names it.</summary>
    private static HashSet<string> FilesOf(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var options = command.Options.Where(option => option.ValueType == typeof(FileInfo))
            .Select(option => parsed.GetResult(option)?.Tokens);
        var arguments = command.Arguments.Where(argument => argument.ValueType == typeof(FileInfo))
            .Select(argument => parsed.GetResult(argument)?.Tokens);
        return [.. options.Concat(arguments).SelectMany(tokens => tokens ?? []).Select(token => token.Value)];
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // The console as it would be here: colours and width are this terminal's.
        var console = new CommandReply(_environment, json: false).Console;
        var request = new CommandRequest
        {
            Version = CommandRequest.CurrentVersion,
            Arguments = [.. _environment.Arguments],
            Terminal = _environment.Terminal,
            Ansi = console.Profile.Capabilities.Ansi,
            Width = console.Profile.Width,
        };
        Send(FrameKind.Request, JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Default.CommandRequest));
        await using var giveUp = cancellationToken
            .Register(static state => ((AdminClient)state!).Send(FrameKind.Cancel, []), this)
            .ConfigureAwait(false);
        try
        {
            return await ShowAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is AdminProtocolException or IOException)
        {
            throw new CommandException($"The server at {_path} does not answer as it should: {error.Message}");
        }
    }

    /// <summary>Until the exit code comes. The server undoes what a person gave up, and says so.</summary>
    private async Task<int> ShowAsync()
    {
        while (true)
        {
            if (await ReadAsync().ConfigureAwait(false) is not { } frame)
            {
                throw new CommandException(_accepted
                    ? $"The server at {_path} ended while it carried the command out; "
                        + "whether it was done is told by: appliance audit show."
                    : $"The server at {_path} ended before it began; nothing was done, try again.");
            }

            switch (frame.Kind)
            {
                case FrameKind.Accepted:
                    _accepted = true;
                    break;
                case FrameKind.Output:
                    Show(_environment.Output, _output, frame.Payload);
                    break;
                case FrameKind.Error:
                    Show(_environment.Error, _error, frame.Payload);
                    break;
                case FrameKind.Exit when frame.Payload is [var exitCode]:
                    return exitCode;
                default:
                    await AnswerAsync(frame).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task<Frame?> ReadAsync()
    {
        // A server that hangs must not hang who looks for the cause; one that works may take its time.
        using var soon = new CancellationTokenSource();
        await using var timer = _environment.Time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(),
            soon,
            _accepted ? Timeout.InfiniteTimeSpan : s_answerTimeout,
            Timeout.InfiniteTimeSpan);
        try
        {
            return await _frames.ReadAsync(static _ => FrameStream.LargestAnswer, soon.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new CommandException(string.Create(
                CultureInfo.InvariantCulture,
                $"The server at {_path} is silent for {s_answerTimeout.TotalSeconds} s; it hangs or is overloaded."));
        }
    }

    private async Task AnswerAsync(Frame frame)
    {
        try
        {
            var content = await HaveAsync(frame).ConfigureAwait(false);
            Send(FrameKind.Content, content);
            CryptographicOperations.ZeroMemory(content);
        }
        catch (CommandException error)
        {
            Send(FrameKind.Failure, Encoding.UTF8.GetBytes(error.Message));
        }
    }

    /// <summary>A server that is gone may have said why: that is still to be read.</summary>
    private void Send(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        try
        {
            _frames.Write(kind, payload);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // Reading tells.
        }
    }

    private async Task<byte[]> HaveAsync(Frame frame)
    {
        FileQuestion? question;
        try
        {
            question = JsonSerializer.Deserialize(frame.Payload, WireJson.Default.FileQuestion);
        }
        catch (JsonException)
        {
            question = null;
        }

        var file = question?.Path is { } path ? new FileInfo(Named(path)) : null;
        var caller = _environment.Caller;
        switch (frame.Kind)
        {
            case FrameKind.ReadFile when file is not null:
                return await caller.ReadFileAsync(file, question!.Limit, CancellationToken.None).ConfigureAwait(false);
            case FrameKind.WriteFile when file is not null:
                await caller
                    .WriteFileAsync(file, question!.Content ?? [], question.Secret, CancellationToken.None)
                    .ConfigureAwait(false);
                return [];
            case FrameKind.ReadPassword when question is not null:
                var password = await caller.ReadPasswordAsync(file, CancellationToken.None).ConfigureAwait(false);
                return Encoding.UTF8.GetBytes(password);
            default:
                throw new AdminProtocolException("an unknown question came.");
        }
    }

    private string Named(string path)
        => _files.Contains(path)
            ? path
            : throw new AdminProtocolException("it asked for a file that the command line does not name.");

    private static void Show(TextWriter writer, Decoder decoder, byte[] bytes)
    {
        var text = new char[decoder.GetCharCount(bytes, flush: false)];
        writer.Write(text, 0, decoder.GetChars(bytes, text, flush: false));
        writer.Flush();
    }
}
