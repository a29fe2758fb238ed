using System.Diagnostics;

namespace Appliance.Load.Timestamps;

/// <summary>What one synced write costs on a folder's disk.</summary>
internal static class DiskSync
{
    private const int Writes = 200;
    private const int Bytes = 4096;

    /// <summary>Microseconds of write and fdatasync(2) of 4 KiB appended to a file: the median of 200.</summary>
    public static double MedianMicroseconds(string directory)
    {
        var path = Path.Combine(directory, "fdatasync.tmp");
        try
        {
            using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
            var block = new byte[Bytes];
            var elapsed = new double[Writes];
            for (var i = 0; i < Writes; i++)
            {
                var start = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, block, (long)i * Bytes);
                if (Libc.fdatasync((int)file.DangerousGetHandle()) != 0)
                {
                    throw new IOException($"fdatasync of {path} failed.");
                }

                elapsed[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }

            return elapsed.Order().ElementAt(Writes / 2);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
