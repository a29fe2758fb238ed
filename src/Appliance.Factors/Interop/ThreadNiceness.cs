using System.Runtime.InteropServices;

namespace Appliance.Factors.Interop;

/// <summary>
/// .NET's thread priorities do nothing on Linux; the kernel's nice values do, and are a thread's own there
/// (setpriority(2), notes on NPTL).
/// </summary>
internal static partial class ThreadNiceness
{
    private const int PRIO_PROCESS = 0;

    /// <summary>A tenth of the weight of a thread with the usual value 0.</summary>
    private const int Background = 10;

    /// <summary>
    /// Lets every other thread go before the calling one, until it ends: a thread may not raise itself again. Where the
    /// system has no such thing all stays as it was.
    /// </summary>
    public static void LowerCurrentThread()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = setpriority(PRIO_PROCESS, 0, Background);
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setpriority(int which, uint who, int prio);
}
