using System.Text.Json;
using Appliance.Server.Hosting;
using Appliance.Storage;

namespace Appliance.Server.Timestamps.Clocks;

/// <summary>
/// The operator's word in a file of this node, beside the store: it is about this machine's clock, so that no other
/// node may find it.
/// </summary>
internal static class ClockAssertionFile
{
    private const int MostBytes = 4_096;

    /// <summary>What an NTP daemon may have slewed the clock back by since.</summary>
    private static readonly TimeSpan s_slewed = TimeSpan.FromSeconds(1);

    /// <summary>
    /// What was kept; null when nothing was. What cannot be read is no assertion, and neither is one that is yet to be
    /// given by the clock as it stands, which was set back meanwhile; both say so.
    /// </summary>
    public static ClockAssertion? Read(string path, TimeProvider time)
    {
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            if (new FileInfo(path).Length <= MostBytes
                && JsonSerializer.Deserialize(File.ReadAllBytes(path), HostingJson.Default.ClockAssertion) is { } kept)
            {
                return kept.State == ClockAssertion.Asserted && time.GetUtcNow() < kept.At - s_slewed
                    ? Voided(time, $"the clock stands before the assertion of {kept.At:u}")
                    : kept;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            // As if it were none.
        }

        return Voided(time, $"{path} cannot be read");
    }

    /// <summary>Replaces it as a whole; on the disk when this returns.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, ClockAssertion assertion)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream($"{path}.new", options))
        {
            JsonSerializer.Serialize(stream, assertion, HostingJson.Default.ClockAssertion);
            stream.Flush(flushToDisk: true);
        }

        File.Move($"{path}.new", path, overwrite: true);
        DirectorySync.Sync(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static ClockAssertion Voided(TimeProvider time, string because)
        => new() { State = ClockAssertion.Voided, At = time.GetUtcNow(), Because = because };
}
