using System.Security.Cryptography;
using System.Text;
using Appliance.Server.Admin.Wire;
using Appliance.Server.Commands;

namespace Appliance.Server.Admin;

/// <summary>
/// The caller of a command at the other end of the socket. One question at a time; what comes unasked ends the
/// connection.
/// </summary>
internal sealed class RemoteCaller(FrameStream frames, TimeProvider time) : ICommandCaller
{
    private const int LargestFailure = 4 * 1024;
    private const int LargestPassword = 4 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private TaskCompletionSource<Frame>? _pending;
    private int _limit;

    public Task<byte[]> ReadFileAsync(FileInfo file, int limit, CancellationToken cancellationToken)
        => AskAsync(
            FrameKind.ReadFile, new FileQuestion { Path = file.ToString(), Limit = limit }, limit, cancellationToken);

    public Task WriteFileAsync(FileInfo file, byte[] content, bool secret, CancellationToken cancellationToken)
        => AskAsync(
            FrameKind.WriteFile,
            new FileQuestion { Path = file.ToString(), Content = content, Secret = secret },
            0,
            cancellationToken);

    public async Task<string> ReadPasswordAsync(FileInfo? file, CancellationToken cancellationToken)
    {
        var password = await AskAsync(
            FrameKind.ReadPassword,
            new FileQuestion { Path = file?.ToString() },
            LargestPassword,
            cancellationToken).ConfigureAwait(false);
        var text = Encoding.UTF8.GetString(password);
        CryptographicOperations.ZeroMemory(password);
        return text;
    }

    /// <summary>The largest payload that a frame from the caller may have now.</summary>
    public int Largest(FrameKind kind)
    {
        lock (_lock)
        {
            return kind switch
            {
                FrameKind.Content when _pending is not null => _limit,
                FrameKind.Failure when _pending is not null => LargestFailure,
                FrameKind.Cancel => 0,
                _ => throw new AdminProtocolException("The caller answers what it was not asked."),
            };
        }
    }

    /// <summary>Hands over an answer.</summary>
    public void Deliver(Frame frame)
    {
        TaskCompletionSource<Frame>? asked;
        lock (_lock)
        {
            asked = _pending;
            _pending = null;
        }

        asked?.TrySetResult(frame);
    }

    private async Task<byte[]> AskAsync(
        FrameKind kind, FileQuestion question, int limit, CancellationToken cancellationToken)
    {
        var asked = new TaskCompletionSource<Frame>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _pending = asked;
            _limit = limit;
        }

        frames.Write(kind, question, WireJson.Default.FileQuestion);
        Frame answer;
        try
        {
            answer = await asked.Task.WaitAsync(s_patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new CommandException("No answer came for ten minutes; nothing was changed.");
        }

        return answer.Kind == FrameKind.Content
            ? answer.Payload
            : throw new CommandException(Encoding.UTF8.GetString(answer.Payload));
    }
}
