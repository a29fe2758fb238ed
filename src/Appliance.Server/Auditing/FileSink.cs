using System.Globalization;
using Appliance.Ledger;

namespace Appliance.Server.Auditing;

/// <summary>JSON lines in a file; a full one, and yesterday's, is renamed by the time of its end.</summary>
internal sealed class FileSink(string path, long mostBytes, TimeProvider time) : IAuditSink
{
    private static readonly byte[] s_newLine = "\n"u8.ToArray();

    public string Name => AuditSinkNames.File;

    public async Task DeliverAsync(
        IReadOnlyList<AuditEntry> records, string node, CancellationToken cancellationToken)
    {
        Rotate();
        var options = new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.Read,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        }

        var file = new FileStream(path, options);
        await using (file)
        {
            foreach (var record in records)
            {
                await file.WriteAsync(AuditLine.Json(record, node), cancellationToken);
                await file.WriteAsync(s_newLine, cancellationToken);
            }

            // The cursor moves on after this: what it passes must be on disk.
            await file.FlushAsync(cancellationToken);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Rotate()
    {
        var file = new FileInfo(path);
        var now = time.GetUtcNow();
        if (file.Exists && (file.Length >= mostBytes || file.LastWriteTimeUtc.Date < now.UtcDateTime.Date))
        {
            var stamp = now.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
            file.MoveTo($"{path}.{stamp}");
        }
    }
}
