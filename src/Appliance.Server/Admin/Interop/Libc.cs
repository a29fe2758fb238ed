using System.Runtime.InteropServices;

namespace Appliance.Server.Admin.Interop;

/// <summary>The few calls for which .NET has no way. Linux; the layouts are those of glibc and musl.</summary>
internal static unsafe partial class Libc
{
    public const int ERANGE = 34;
    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const uint STATX_BASIC_STATS = 0x7ff;

    /// <summary>Leaves an owner or group as it is (chown(2)).</summary>
    public const uint KeepId = uint.MaxValue;

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial uint geteuid();

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int getpwuid_r(uint uid, Passwd* pwd, byte* buffer, nuint length, Passwd** result);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int getpwnam_r(string name, Passwd* pwd, byte* buffer, nuint length, Passwd** result);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int getgrnam_r(string name, Group* grp, byte* buffer, nuint length, Group** result);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int chown(string path, uint owner, uint group);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int statx(int directory, string path, int flags, uint mask, Statx* buffer);
}
