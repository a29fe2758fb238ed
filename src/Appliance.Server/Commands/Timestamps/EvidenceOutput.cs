namespace Appliance.Server.Commands.Timestamps;

/// <summary>Writes evidence: whole or not at all, and over nothing that is there unless that was asked for.</summary>
internal static class EvidenceOutput
{
    /// <summary>Refuses before a time stamp is spent on it.</summary>
    /// <exception cref="CommandException">There is such a file.</exception>
    public static void Check(string path, bool force)
    {
        if (!force && Path.Exists(path))
        {
            throw new CommandException($"{path} is there already; --force replaces it.");
        }
    }

    /// <exception cref="CommandException">It cannot be written, or came to be since it was checked.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, bool force)
    {
        var part = $"{path}.{Environment.ProcessId}.part";
        try
        {
            using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                stream.Write(content);
            }

            File.Move(part, path, force);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Remove(part);
            throw new CommandException(error.Message);
        }
    }

    private static void Remove(string part)
    {
        try
        {
            File.Delete(part);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It never was, or stays as what its name says.
        }
    }
}
