using Appliance.Storage.Files;

namespace Appliance.Storage;

/// <summary>A name on this machine that one process at a time may use.</summary>
public sealed class NodeLock : IDisposable
{
    private readonly OwnerLock _lock;

    private NodeLock(OwnerLock ownerLock) => _lock = ownerLock;

    /// <summary>Creates the folder of a file, mode 0700, when it is missing.</summary>
    public static void CreateFolderOf(string path) => PrivateFile.CreateDirectoryOf(path);

    /// <summary>Takes the lock of a file's path; the file is made beside it.</summary>
    /// <exception cref="StoreLockedException">Another process has it.</exception>
    public static NodeLock Take(string path) => new(OwnerLock.Take(path));

    /// <summary>Gives it up; the end of the process does so too.</summary>
    public void Dispose() => _lock.Dispose();
}
