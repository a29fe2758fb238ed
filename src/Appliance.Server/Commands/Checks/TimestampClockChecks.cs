using System.Globalization;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Commands.Timestamps;
using Appliance.Server.Options;
using Appliance.Server.Timestamps;
using Appliance.Server.Timestamps.Clocks;
using Appliance.Timestamping;

namespace Appliance.Server.Commands.Checks;

/// <summary>
/// What the time of time stamps rests on: kernel, NTP servers, the operator's word. Nothing where there are no units.
/// </summary>
internal static class TimestampClockChecks
{
    private const string Units = "units' clock";
    private const string Kernel = "kernel clock";
    private const string Ntp = "NTP";
    private const string Word = "clock assertion";

    /// <summary>Where no server runs: a watch looks once, and asks the servers once.</summary>
    public static async Task ExamineAsync(
        CheckList list, TimestampingSettings settings, string memory, TimeProvider time)
    {
        if (settings.Units.Count == 0)
        {
            return;
        }

        try
        {
            var watch = new ClockWatch(
                ClockSetup.OptionsOf(settings.Clock, ClockAssertionFile.Read(memory, time)), time);
            await using var _ = watch.ConfigureAwait(false);
            foreach (var (name, unit) in settings.Units)
            {
                var options = TimestampUnits.OptionsOf(name, unit);
                watch.Guard(name, options.Sources, options.Accuracy.Span);
            }

            watch.Check();
            await watch.PollAsync(CancellationToken.None).ConfigureAwait(false);
            Report(list, ClockReport.Describe(watch), time.GetUtcNow());
        }
        catch (Exception error) when (error is ArgumentException or OptionsException or InvalidOperationException)
        {
            list.Fail(Units, error.Message);
        }
    }

    /// <summary>What a watch has found.</summary>
    public static void Report(CheckList list, ClockDocument clock, DateTimeOffset now)
    {
        foreach (var unit in clock.Units)
        {
            if (unit.Trusted)
            {
                list.Ok(Units, $"{unit.Unit}: {string.Join(", ", unit.Requires)} agree");
            }
            else
            {
                list.Fail(Units, $"{unit.Unit} issues nothing: {unit.Text}.");
            }
        }

        ReportSource(list, clock, "kernel", Kernel);
        if (clock.Servers.Count > 0)
        {
            ReportSource(list, clock, "ntp", Ntp);
        }

        foreach (var server in clock.Servers)
        {
            var found = server.OffsetSeconds is { } offset
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{server.Server}: {offset:+0.000000;-0.000000;0} s, within {server.RadiusSeconds:0.000000} s")
                : server.Server;
            if (server.Usable)
            {
                list.Ok(Ntp, found);
            }
            else
            {
                list.Warn(Ntp, $"{found}: {server.Text}.");
            }
        }

        ReportWord(list, clock, now);
    }

    private static bool IsRequired(ClockDocument clock, string source)
        => clock.Units.Any(unit => unit.Requires.Contains(source, StringComparer.Ordinal));

    private static void ReportSource(CheckList list, ClockDocument clock, string name, string check)
    {
        var source = clock.Sources.First(source => string.Equals(source.Source, name, StringComparison.Ordinal));
        if (source.BoundSeconds is { } bound)
        {
            list.Ok(check, string.Create(CultureInfo.InvariantCulture, $"{source.Text}, within {bound:0.000000} s"));
        }
        else if (IsRequired(clock, name))
        {
            list.Fail(check, $"{source.Text}; a unit requires it (Timestamping:Units:NAME:ClockSources).");
        }
        else
        {
            list.Skip(check, $"No unit requires it; {source.Text}.");
        }
    }

    private static void ReportWord(CheckList list, ClockDocument clock, DateTimeOffset now)
    {
        if (!IsRequired(clock, "operator"))
        {
            return;
        }

        if (clock.AssertedUntil is not { } until)
        {
            var why = clock.Sources.First(source => source.Source == "operator").Text;
            list.Fail(Word, $"{why}; compare the clock with UTC, then: appliance timestamp clock assert --for 30d.");
        }
        else if (until - now <= ClockKeeper.Warning)
        {
            list.Warn(
                Word,
                $"ends at {until:u}; compare the clock with UTC, then: appliance timestamp clock assert --for 30d.");
        }
        else
        {
            list.Ok(Word, $"until {until:u}");
        }
    }
}
