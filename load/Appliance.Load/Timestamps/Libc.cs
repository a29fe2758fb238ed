using System.Runtime.InteropServices;

namespace Appliance.Load.Timestamps;

/// <summary>The system calls of the open loop and of the measurement of the disk.</summary>
internal static unsafe partial class Libc
{
    public const int EpollIn = 1;
    public const int EpollControlAdd = 1;

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int epoll_ctl(int epoll, int operation, int descriptor, EpollEvent* happened);

    /// <summary>Waits to the nanosecond, where epoll_wait knows milliseconds.</summary>
    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int epoll_pwait2(
        int epoll, EpollEvent* happened, int most, TimeSpec* timeout, nint signals);

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint send(int descriptor, byte* bytes, nint length, int flags);

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint recv(int descriptor, byte* bytes, nint length, int flags);

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int fdatasync(int descriptor);

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int close(int descriptor);
}
