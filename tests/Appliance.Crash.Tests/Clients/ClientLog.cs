using System.Diagnostics;
using System.Text;

namespace Appliance.Crash.Tests.Clients;

/// <summary>
/// The client's own record: a line is in the file before what it tells counts, so an answer counts as received only
/// when it stands there.
/// </summary>
internal sealed class ClientLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly FileStream _file;
    private long _read;
    private int _inFlight;
    private Wanted? _wanted;

    public ClientLog(string path)
    {
        _path = path;
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Requests that were sent and not answered.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public void Sent(WorkItem item, Attempt attempt)
    {
        Write(LogKind.Sent, item, attempt, "");
        var inFlight = Interlocked.Increment(ref _inFlight);
        if (Volatile.Read(ref _wanted) is { } wanted && inFlight >= wanted.Count)
        {
            wanted.Reached.TrySetResult();
        }
    }

    /// <summary>Done as soon as so many requests are in flight. For one caller at a time.</summary>
    public Task InFlightAsync(int count)
    {
        var wanted = new Wanted(count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Volatile.Write(ref _wanted, wanted);
        if (InFlight >= count)
        {
            wanted.Reached.TrySetResult();
        }

        return wanted.Reached.Task;
    }

    public void Signed(WorkItem item, Attempt attempt, IEnumerable<byte[]> signatures)
        => Answer(LogKind.Signed, item, attempt, string.Join(',', signatures.Select(Convert.ToHexString)));

    public void Refused(WorkItem item, Attempt attempt, string status)
        => Answer(LogKind.Refused, item, attempt, status);

    public void Lost(WorkItem item, Attempt attempt, string why) => Answer(LogKind.Lost, item, attempt, why);

    /// <summary>The lines that were not read yet, from the file.</summary>
    public List<LogLine> ReadNew()
    {
        using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = _read;
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var text = reader.ReadToEnd();
        _read += text.Length;
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(LogLine.Parse)];
    }

    public void Dispose() => _file.Dispose();

    private void Answer(LogKind kind, WorkItem item, Attempt attempt, string text)
    {
        Write(kind, item, attempt, text);
        Interlocked.Decrement(ref _inFlight);
    }

    private void Write(LogKind kind, WorkItem item, Attempt attempt, string text)
    {
        var clean = text.Replace('\t', ' ').Replace('\n', ' ').Replace('\r', ' ');
        var line = new LogLine(Stopwatch.GetTimestamp(), kind, item.Id, attempt, clean);
        var bytes = Encoding.ASCII.GetBytes(line + "\n");
        lock (_gate)
        {
            _file.Write(bytes);
            _file.Flush(flushToDisk: false);
        }
    }

    private sealed record Wanted(int Count, TaskCompletionSource Reached);
}
