using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Benchmarks.Ledger;

/// <summary>
/// What one sync costs here: pages written over old ones, as the log is, then fdatasync(2). .NET's own flush is fsync,
/// which also writes the file's times.
/// </summary>
internal sealed partial class SyncProbe : IDisposable
{
    private const int Length = 8 << 20;

    /// <summary>Bytes of a lone reservation in the log: five pages and their headers.</summary>
    private const int Written = 5 * (4_096 + 24);

    private readonly byte[] _bytes = new byte[Written];
    private readonly SafeFileHandle _file;
    private int _offset;

    public SyncProbe(string path)
    {
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        RandomAccess.Write(_file, new byte[Length], 0);
        RandomAccess.FlushToDisk(_file);
    }

    /// <summary>Microseconds of one write and one sync.</summary>
    public double Measure()
    {
        Random.Shared.NextBytes(_bytes);
        _offset = _offset + Written > Length - Written ? 0 : _offset + Written;
        RandomAccess.Write(_file, _bytes, _offset);
        var start = TimeProvider.System.GetTimestamp();
        if (fdatasync(_file) != 0)
        {
            throw new IOException("fdatasync failed");
        }

        return TimeProvider.System.GetElapsedTime(start).TotalMicroseconds;
    }

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fdatasync(SafeFileHandle file);
}
