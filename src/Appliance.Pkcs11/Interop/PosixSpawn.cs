using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

/// <summary>
/// posix_spawn(3): another program with an environment and file descriptors that are named one by one. No shell, and
/// no code of this process runs between fork and exec.
/// </summary>
internal static unsafe partial class PosixSpawn
{
    /// <summary>Where descriptors are moved first, so that none is overwritten before it has been passed on.</summary>
    private const int OutOfTheWay = 64;
    private const short POSIX_SPAWN_SETSIGDEF = 0x04;
    private const short POSIX_SPAWN_SETSIGMASK = 0x08;
    private const int O_RDONLY = 0;

    /// <summary>
    /// Starts a program. Standard input is empty; the descriptors become 1, 2, 3, ... of the child, which has no other
    /// ones: neither those of the runtime, which are closed on exec, nor what native libraries left open.
    /// </summary>
    /// <returns>Id of the process; wait for it.</returns>
    /// <exception cref="Win32Exception">The program was not started.</exception>
    public static int Start(
        IReadOnlyList<string> command, IReadOnlyList<string> environment, ReadOnlySpan<int> descriptors)
    {
        // Sizes in glibc: 80, 336 and 128 bytes; in musl 80, 336 and 128.
        var actions = stackalloc byte[512];
        var attributes = stackalloc byte[1024];
        var signals = stackalloc byte[256];
        var moved = stackalloc int[descriptors.Length];
        var arguments = Strings(command);
        var variables = Strings(environment);
        var count = 0;
        _ = posix_spawn_file_actions_init(actions);
        _ = posix_spawnattr_init(attributes);
        try
        {
            fixed (byte* nothing = "/dev/null\0"u8)
            {
                Check(posix_spawn_file_actions_addopen(actions, 0, nothing, O_RDONLY, 0));
            }

            for (; count < descriptors.Length; count++)
            {
                moved[count] = Posix.Duplicate(descriptors[count], OutOfTheWay);
                Check(posix_spawn_file_actions_adddup2(actions, moved[count], count + 1));
            }

            CloseFrom(actions, descriptors.Length + 1);
            _ = sigfillset(signals);
            Check(posix_spawnattr_setsigdefault(attributes, signals));
            _ = sigemptyset(signals);
            Check(posix_spawnattr_setsigmask(attributes, signals));
            Check(posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
            int process;
            Check(posix_spawn(&process, arguments[0], actions, attributes, arguments, variables));
            return process;
        }
        finally
        {
            for (var i = 0; i < count; i++)
            {
                Posix.Close(moved[i]);
            }

            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
            Free(arguments);
            Free(variables);
        }
    }

    /// <summary>Where the C library cannot (glibc before 2.34, musl), what libraries left open is inherited.</summary>
    private static void CloseFrom(byte* actions, int first)
    {
        try
        {
            Check(posix_spawn_file_actions_addclosefrom_np(actions, first));
        }
        catch (EntryPointNotFoundException)
        {
            // Nothing else closes them without running code between fork and exec.
        }
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new Win32Exception(error);
        }
    }

    private static byte** Strings(IReadOnlyList<string> strings)
    {
        var array = (byte**)NativeMemory.AllocZeroed((nuint)strings.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < strings.Count; i++)
        {
            array[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
        }

        return array;
    }

    private static void Free(byte** strings)
    {
        for (var i = 0; strings[i] is not null; i++)
        {
            Marshal.FreeCoTaskMem((nint)strings[i]);
        }

        NativeMemory.Free(strings);
    }

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawn(
        int* process, byte* path, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawn_file_actions_addopen(
        void* actions, int descriptor, byte* path, int flags, uint mode);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawn_file_actions_adddup2(void* actions, int descriptor, int target);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawn_file_actions_addclosefrom_np(void* actions, int first);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawnattr_setsigdefault(void* attributes, void* signals);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawnattr_setsigmask(void* attributes, void* signals);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int sigfillset(void* signals);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int sigemptyset(void* signals);
}
