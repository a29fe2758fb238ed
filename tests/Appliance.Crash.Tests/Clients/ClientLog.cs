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

    public ClientLog(string path)
    {
        _path = path;
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Requests that were sent and not answered.</summary>
    public Gauge InFlight { get; } = new();

    /// <summary>Requests that were signed.</summary>
    public Gauge SignedCount { get; } = new();

    public void Sent(WorkItem item, Attempt attempt)
    {
        Write(LogKind.Sent, item, attempt, "");
        InFlight.Add(1);
    }

    public void Signed(WorkItem item, Attempt attempt, IEnumerable<byte[]> signatures)
    {
        Answer(LogKind.Signed, item, attempt, string.Join(',', signatures.Select(Convert.ToHexString)));
        SignedCount.Add(1);
    }

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
        InFlight.Add(-1);
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
}
