using System.Globalization;

namespace Appliance.Crash.Tests.Drills;

/// <summary>What load/crash.sh sets, and where the drills tell how it goes.</summary>
internal static class DrillSettings
{
    public static int Seed { get; } = Setting("CRASH_SEED", 1);

    /// <summary>How many kills, or as many as the test says.</summary>
    public static int KillsOr(int few) => Setting("CRASH_KILLS", few);

    public static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    private static int Setting(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
