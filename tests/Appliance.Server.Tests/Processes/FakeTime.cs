using System.Globalization;

namespace Appliance.Server.Tests.Processes;

/// <summary>
/// The wall clock of one process, moved by the test: libfaketime reads the offset from a file at every look at the
/// clock. CLOCK_MONOTONIC stays as it is, and CLOCK_MONOTONIC_RAW too, which the appliance asks the C library itself
/// for.
/// </summary>
internal sealed class FakeTime
{
    private readonly string _file;

    public FakeTime(string file)
    {
        _file = file;
        Set(TimeSpan.Zero);
    }

    /// <summary>Variables of the process.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment =>
    [
        new("LD_PRELOAD", Library()),
        new("FAKETIME_TIMESTAMP_FILE", _file),
        new("FAKETIME_NO_CACHE", "1"),
        new("DONT_FAKE_MONOTONIC", "1"),
        // Otherwise each timed wait of the runtime ends at once, and the process spins.
        new("FAKETIME_FORCE_MONOTONIC_FIX", "0"),
    ];

    /// <summary>From now on the process's wall clock is off by so much.</summary>
    public void Set(TimeSpan offset)
    {
        var text = offset.TotalSeconds.ToString("+0.000;-0.000;+0", CultureInfo.InvariantCulture);
        File.WriteAllText(_file + ".new", text + "\n");
        File.Move(_file + ".new", _file, overwrite: true);
    }

    private static string Library()
        => Directory.EnumerateDirectories("/usr/lib")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("There is no libfaketime; deploy/setup.sh installs it (faketime).");
}
