namespace Appliance.Server.Commands.Timestamps;

/// <summary>Reads files that have no business being large.</summary>
internal static class FileContent
{
    /// <exception cref="CommandException">It cannot be read, or is larger than the limit in bytes.</exception>
    public static byte[] Read(string path, int limit)
    {
        try
        {
            // One byte more than allowed is one too many: a pipe does not tell its length.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var content = new byte[(stream.CanSeek ? (int)Math.Min(stream.Length, limit) : limit) + 1];
            var got = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return got <= limit
                ? content[..got]
                : throw new CommandException(FormattableString.Invariant(
                    $"{path} is larger than {limit / 1024} KiB; that is not what is meant."));
        }
        catch (FileNotFoundException)
        {
            throw new CommandException($"There is no file {path}.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(error.Message);
        }
    }
}
