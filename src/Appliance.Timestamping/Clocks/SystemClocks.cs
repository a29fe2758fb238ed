using System.Runtime.InteropServices;

namespace Appliance.Timestamping.Clocks;

/// <summary>clock_gettime(2) and adjtimex(2) of 64-bit Linux.</summary>
internal static unsafe partial class SystemClocks
{
    private const int ClockMonotonicRaw = 4;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>TIME_* of timex.h.</summary>
    private const int TimeInsert = 1;
    private const int TimeDelete = 2;
    private const int TimeOops = 3;
    private const int TimeError = 5;

    /// <summary>STA_* of timex.h.</summary>
    private const int StatusInsert = 0x10;
    private const int StatusDelete = 0x20;
    private const int StatusUnsynchronised = 0x40;

    /// <summary>Octets of struct timex, rounded up; the kernel fills 208.</summary>
    private const int TimexLength = 256;

    /// <summary>Offsets in struct timex where long has 64 bits.</summary>
    private const int MaxErrorOffset = 24;
    private const int StatusOffset = 40;

    /// <summary>Nanoseconds of CLOCK_MONOTONIC_RAW.</summary>
    /// <exception cref="InvalidOperationException">The kernel has no such clock.</exception>
    public static long RawNanoseconds()
    {
        var time = stackalloc long[2];
        return clock_gettime(ClockMonotonicRaw, time) == 0
            ? (time[0] * NanosecondsPerSecond) + time[1]
            : throw new InvalidOperationException("This system has no CLOCK_MONOTONIC_RAW; the authority needs it.");
    }

    /// <summary>Null when the call is refused, as some sandboxes do.</summary>
    public static KernelClock? ReadKernel()
    {
        var timex = stackalloc byte[TimexLength];
        new Span<byte>(timex, TimexLength).Clear();
        int state;
        try
        {
            state = adjtimex(timex);
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        if (state < 0)
        {
            return null;
        }

        var status = *(int*)(timex + StatusOffset);
        var microseconds = *(long*)(timex + MaxErrorOffset);
        var leap = state switch
        {
            TimeInsert or TimeOops => LeapDirection.Insert,
            TimeDelete => LeapDirection.Delete,
            _ when (status & StatusInsert) != 0 => LeapDirection.Insert,
            _ when (status & StatusDelete) != 0 => LeapDirection.Delete,
            _ => LeapDirection.None,
        };
        return new KernelClock(
            state != TimeError && (status & StatusUnsynchronised) == 0,
            TimeSpan.FromMicroseconds(Math.Clamp(microseconds, 0, int.MaxValue)),
            leap);
    }

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int clock_gettime(int clock, long* time);

    [LibraryImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int adjtimex(byte* timex);
}
