using System.Globalization;
using System.Text;

namespace Appliance.Storage.Files;

/// <summary>
/// The file beside the database that its owner holds locked. The lock goes with the process, so a crash leaves none;
/// the file itself stays, as removing it would let two owners in. Who the owner is stands in a second file, since a
/// locked one cannot be read.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;

    private OwnerLock(FileStream file) => _file = file;

    public static OwnerLock Take(string storePath)
    {
        PrivateFile.CreateDirectoryOf(storePath);
        var path = storePath + ".lock";
        FileStream file;
        try
        {
            file = new FileStream(path, PrivateFile.Options(FileMode.OpenOrCreate, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new StoreLockedException(storePath, ReadOwner(storePath));
        }

        WriteOwner(storePath);
        return new OwnerLock(file);
    }

    public void Dispose() => _file.Dispose();

    private static string OwnerPath(string storePath) => storePath + ".owner";

    private static void WriteOwner(string storePath)
    {
        var text = Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n";
        using var file = new FileStream(
            OwnerPath(storePath), PrivateFile.Options(FileMode.Create, FileShare.ReadWrite));
        file.Write(Encoding.ASCII.GetBytes(text));
    }

    private static int? ReadOwner(string storePath)
    {
        try
        {
            var text = File.ReadAllText(OwnerPath(storePath)).AsSpan().Trim();
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
