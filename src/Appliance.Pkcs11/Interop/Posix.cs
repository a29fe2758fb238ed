using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

/// <summary>Pipes, sockets and processes of Linux, for modules that run in a child process.</summary>
internal static unsafe partial class Posix
{
    private const int AF_UNIX = 1;
    private const int SOCK_STREAM = 1;
    private const int SOCK_CLOEXEC = 0x80000;
    private const int O_CLOEXEC = 0x80000;
    private const int MSG_NOSIGNAL = 0x4000;
    private const int SHUT_RDWR = 2;
    private const int SIGKILL = 9;
    private const int EINTR = 4;
    private const int F_SETFD = 2;
    private const int FD_CLOEXEC = 1;
    private const int F_DUPFD_CLOEXEC = 1030;
    private const int F_GETPIPE_SZ = 1032;
    private const int PR_SET_PDEATHSIG = 1;
    private const int PR_SET_DUMPABLE = 4;
    private const int RLIMIT_CORE = 4;
    private const int P_PID = 1;
    private const int WEXITED = 4;
    private const int WNOWAIT = 0x01000000;
    private const int SOL_SOCKET = 1;
    private const int SO_TYPE = 3;

    /// <summary>Two connected stream sockets, closed on exec.</summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    public static (int First, int Second) SocketPair()
    {
        var pair = stackalloc int[2];
        return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 ? (pair[0], pair[1]) : throw Failed();
    }

    /// <summary>A pipe, closed on exec.</summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    public static (int Reader, int Writer) Pipe()
    {
        var pair = stackalloc int[2];
        return pipe2(pair, O_CLOEXEC) == 0 ? (pair[0], pair[1]) : throw Failed();
    }

    /// <summary>Another descriptor of the same file, of that number or above, closed on exec.</summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    public static int Duplicate(int descriptor, int atLeast)
        => fcntl(descriptor, F_DUPFD_CLOEXEC, atLeast) is >= 0 and var copy ? copy : throw Failed();

    /// <summary>What is there, at most as much as fits. 0 at the end, below 0 when it failed.</summary>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            nint count;
            do
            {
                count = read(descriptor, first, (nuint)buffer.Length);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == EINTR);

            return (int)count;
        }
    }

    /// <summary>Fills a buffer; false when the end comes before.</summary>
    public static bool ReadAll(int descriptor, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = Read(descriptor, buffer);
            if (count <= 0)
            {
                return false;
            }

            buffer = buffer[count..];
        }

        return true;
    }

    /// <summary>Sends everything over a socket; false when the other end has gone.</summary>
    public static bool SendAll(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            var sent = 0;
            while (sent < bytes.Length)
            {
                var count = send(socket, first + sent, (nuint)(bytes.Length - sent), MSG_NOSIGNAL);
                if (count >= 0)
                {
                    sent += (int)count;
                }
                else if (Marshal.GetLastPInvokeError() != EINTR)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Writes everything into a pipe; false when nobody reads it. SIGPIPE is ignored by the runtime.</summary>
    public static bool WriteAll(int pipe, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            var written = 0;
            while (written < bytes.Length)
            {
                var count = write(pipe, first + written, (nuint)(bytes.Length - written));
                if (count >= 0)
                {
                    written += (int)count;
                }
                else if (Marshal.GetLastPInvokeError() != EINTR)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Ends both directions: who reads gets what is there and then the end.</summary>
    public static void Shutdown(int socket) => _ = shutdown(socket, SHUT_RDWR);

    public static void Close(int descriptor) => _ = close(descriptor);

    public static void Kill(int process) => _ = kill(process, SIGKILL);

    /// <summary>Waits for a child's end, and leaves its id to it until <see cref="Reap"/>.</summary>
    public static void AwaitExit(int process)
    {
        var information = stackalloc byte[128];
        int result;
        do
        {
            result = waitid(P_PID, process, information, WEXITED | WNOWAIT);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == EINTR);
    }

    /// <summary>
    /// How a child ended. When somebody else has waited for it before, its end is known and its status is not.
    /// </summary>
    public static string Reap(int process)
    {
        int status;
        int result;
        do
        {
            result = waitpid(process, &status, 0);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == EINTR);

        return result < 0 ? "ended"
            : (status & 0x7F) == 0
                ? string.Create(CultureInfo.InvariantCulture, $"exited with {(status >> 8) & 0xFF}")
                : string.Create(CultureInfo.InvariantCulture, $"was ended by signal {status & 0x7F}");
    }

    /// <summary>Ends without running what libraries have registered for the end: some crash in it.</summary>
    public static void ExitAtOnce(int code) => _exit(code);

    /// <summary>SIGKILL to this process when the thread that started it ends.</summary>
    public static void DieWithParent() => _ = prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);

    /// <summary>No core dump of this process, and no other process of its user may look into it.</summary>
    public static void ForbidDumps()
    {
        var none = stackalloc nuint[2];
        none[0] = none[1] = 0;
        _ = setrlimit(RLIMIT_CORE, none);
        _ = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    }

    public static void CloseOnExec(int descriptor) => _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC);

    public static bool IsPipe(int descriptor) => fcntl(descriptor, F_GETPIPE_SZ, 0) > 0;

    public static bool IsStreamSocket(int descriptor)
    {
        int type;
        uint length = sizeof(int);
        return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;
    }

    private static Win32Exception Failed() => new(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int socketpair(int domain, int type, int protocol, int* pair);

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int pipe2(int* pair, int flags);

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fcntl(int descriptor, int command, nint argument);

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint read(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint write(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint send(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int waitpid(int process, int* status, int options);

    [LibraryImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int waitid(int kind, int process, byte* information, int options);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int getsockopt(int socket, int level, int name, void* value, uint* length);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int shutdown(int socket, int how);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int close(int descriptor);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void _exit(int code);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int prctl(int option, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setrlimit(int resource, nuint* limits);
}
