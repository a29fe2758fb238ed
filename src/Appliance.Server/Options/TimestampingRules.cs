using System.Globalization;

namespace Appliance.Server.Options;

/// <summary>The rules of the time-stamping authority's settings; token and files are looked at later.</summary>
internal static class TimestampingRules
{
    private const int MostUnits = 64;
    private const int MostServers = 16;

    public static void Check(TimestampingSettings settings, List<string> errors)
    {
        if (settings.Default is { } name && !settings.Units.ContainsKey(name))
        {
            errors.Add(
                "Timestamping:Default: names none of Timestamping:Units; name one of them, or leave it out for the "
                + "first.");
        }

        Range(errors, "Timestamping:ClientsPerDay", settings.ClientsPerDay, 0, 1_000_000_000);
        Range(errors, "Timestamping:OpenPerSecond", settings.OpenPerSecond, 0, 1_000_000);
        if (settings.Units.Count > MostUnits)
        {
            errors.Add($"Timestamping:Units: must be at most {MostUnits}.");
        }

        var servers = CheckClock(settings.Clock, errors);
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (unit, of) in settings.Units.OrderBy(unit => unit.Key, StringComparer.Ordinal))
        {
            new TimestampUnitRules(unit, of, servers > 0, errors).Check();
            if (!keys.TryAdd(of.LabelFor(unit), unit))
            {
                errors.Add(
                    $"Timestamping:Units:{unit}:Key: is the key of unit {keys[of.LabelFor(unit)]} too; give each unit "
                    + "its own (EN 319 421 clause 7.6.2).");
            }
        }
    }

    /// <returns>How many NTP servers there are.</returns>
    private static int CheckClock(ClockSettings clock, List<string> errors)
    {
        const string Section = "Timestamping:Clock";
        Range(errors, $"{Section}:CheckMilliseconds", clock.CheckMilliseconds, 100, 10_000);
        Range(errors, $"{Section}:StepMilliseconds", clock.StepMilliseconds, 1, 1_000);
        Range(errors, $"{Section}:OscillatorPpm", clock.OscillatorPpm, 1, 500);
        Range(errors, $"{Section}:NtpSeconds", clock.NtpSeconds, 1, 3_600);
        var servers = SettingList.Read(clock.NtpServers);
        foreach (var server in servers.Where(server => !NtpServerName.TryParse(server, out _)))
        {
            errors.Add($"{Section}:NtpServers: \"{server}\" is no server; write HOST or HOST:PORT.");
        }

        if (servers.Length > MostServers
            || servers.Distinct(StringComparer.OrdinalIgnoreCase).Count() < servers.Length)
        {
            errors.Add($"{Section}:NtpServers: must be at most {MostServers}, each named once.");
        }

        // With half of them or fewer, two groups could each have a time of their own.
        var least = (servers.Length / 2) + 1;
        if (clock.NtpQuorum != 0 && (clock.NtpQuorum < least || clock.NtpQuorum > servers.Length))
        {
            errors.Add(servers.Length == 0
                ? $"{Section}:NtpQuorum: needs Timestamping:Clock:NtpServers."
                : $"{Section}:NtpQuorum: must be {least} to {servers.Length} of {servers.Length} servers, or 0.");
        }

        if (clock.AssertedUntil is { } until
            && !DateTimeOffset.TryParse(until, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
        {
            errors.Add($"{Section}:AssertedUntil: must be a time such as 2027-01-31T00:00:00Z.");
        }

        return servers.Length;
    }

    private static void Range(List<string> errors, string name, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            errors.Add(string.Create(
                CultureInfo.InvariantCulture, $"{name}: must be {low:N0} to {high:N0}, not {value:N0}."));
        }
    }
}
