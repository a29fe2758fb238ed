using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

/// <summary>mlock(2) and madvise(2) on Linux, VirtualLock on Windows.</summary>
internal static unsafe partial class MemoryLock
{
    /// <summary>madvise(2), asm-generic/mman-common.h.</summary>
    private const int MADV_DONTDUMP = 16;
    private const int MADV_DODUMP = 17;

    /// <summary>Locks whole pages. False when the system refuses or is of another kind.</summary>
    public static bool TryLock(void* pages, nuint size)
    {
        if (OperatingSystem.IsWindows())
        {
            return VirtualLock(pages, size) != 0;
        }

        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        _ = madvise(pages, size, MADV_DONTDUMP);
        return mlock(pages, size) == 0;
    }

    /// <summary>Undoes it, since the allocator reuses the pages.</summary>
    public static void Unlock(void* pages, nuint size)
    {
        if (OperatingSystem.IsWindows())
        {
            _ = VirtualUnlock(pages, size);
        }
        else if (OperatingSystem.IsLinux())
        {
            _ = munlock(pages, size);
            _ = madvise(pages, size, MADV_DODUMP);
        }
    }

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int mlock(void* address, nuint length);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int munlock(void* address, nuint length);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int madvise(void* address, nuint length, int advice);

    [LibraryImport("kernel32"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int VirtualLock(void* address, nuint size);

    [LibraryImport("kernel32"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int VirtualUnlock(void* address, nuint size);
}
