namespace Appliance.Server.Commands;

/// <summary>Writes files that only their owner may read.</summary>
internal static class SecretFile
{
    public static void Write(FileInfo file, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            // A file that exists keeps its mode: take it away first.
            file.Delete();
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(file.FullName, options);
        stream.Write(content);
    }
}
