using Appliance.Server.Timestamps.Clocks;

namespace Appliance.Server.Options;

/// <summary>The rules of the time-stamping authority's settings, as far as they stand without token and files.</summary>
internal static class TimestampingRules
{
    public static void Check(TimestampingSettings settings, List<string> errors)
    {
        if (settings.Default is { } name && !settings.Units.ContainsKey(name))
        {
            errors.Add("Timestamping:Default: names none of Timestamping:Units.");
        }

        if (settings.ClientsPerDay is < 0 or > 1_000_000_000)
        {
            errors.Add("Timestamping:ClientsPerDay: must be 0 (no limit) to 1000000000.");
        }

        if (settings.OpenPerSecond is < 0 or > 1_000_000)
        {
            errors.Add("Timestamping:OpenPerSecond: must be 0 (no limit) to 1000000.");
        }

        errors.AddRange(ClockSetup.FindErrors(settings.Clock));
    }
}
