using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Storage;

/// <summary>
/// Makes the names in a directory durable, which a sync of the files themselves does not promise (fsync(2)). .NET opens
/// no directories, hence the C library.
/// </summary>
public static partial class DirectorySync
{
    private const int ReadOnly = 0;

    /// <summary>Returns when the names in a directory are on the disk.</summary>
    /// <param name="directory">Its path.</param>
    /// <exception cref="IOException">The directory cannot be opened or synced.</exception>
    public static void Sync(string directory)
    {
        using var handle = new SafeFileHandle(open(directory, ReadOnly), ownsHandle: true);
        if (handle.IsInvalid)
        {
            throw new IOException($"{directory} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        RandomAccess.FlushToDisk(handle);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int open(string path, int flags);
}
