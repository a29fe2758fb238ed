using System.Diagnostics.Metrics;

namespace Appliance.Timestamping.Observation;

/// <summary>What can be read of the clock watch.</summary>
internal static class ClockGauges
{
    public static void Create(Meter meter, ClockWatch clock)
    {
        meter.CreateObservableGauge(
            "tsa.clock.drift",
            () => clock.Drift.TotalSeconds,
            "s",
            "How far the wall clock is ahead of where it was confirmed, the oscillator's error apart.");
        meter.CreateObservableGauge(
            "tsa.clock.source.trusted",
            () => clock.Sources.Select(status => Of(status.IsTrusted ? 1 : 0, status.Source)),
            "1",
            "1 while the source vouches for the clock, else 0.");
        meter.CreateObservableGauge(
            "tsa.clock.source.bound",
            () => clock.Sources.Where(status => status.IsTrusted)
                .Select(status => Of(status.Bound.TotalSeconds, status.Source)),
            "s",
            "How far off the clock is at most, by the source.");
        meter.CreateObservableGauge(
            "tsa.clock.assertion.end",
            () => Assertion(clock),
            "s",
            "When the operator's assertion ends, Unix time; 0 when a unit rests on one and there is none.");
        meter.CreateObservableGauge(
            "tsa.clock.ntp.offset",
            () => clock.Servers.Where(server => server.Offset is not null)
                .Select(server => Of(server.Offset!.Value.TotalSeconds, server.Server)),
            "s",
            "Time by an NTP server minus the wall clock, at its last answer.");
        meter.CreateObservableGauge(
            "tsa.clock.ntp.usable",
            () => clock.Servers.Select(server => Of(server.IsUsable ? 1 : 0, server.Server)),
            "1",
            "1 while the NTP server answers and agrees with the others, else 0.");
    }

    private static IEnumerable<Measurement<double>> Assertion(ClockWatch clock)
    {
        if (clock.AssertedUntil is { } until)
        {
            return [new Measurement<double>(until.ToUnixTimeMilliseconds() / 1e3)];
        }

        return clock.Units.Any(unit => unit.Required.HasFlag(ClockSources.Operator))
            ? [new Measurement<double>(0)]
            : [];
    }

    private static Measurement<double> Of(double value, ClockSources source)
        => new(value, new KeyValuePair<string, object?>(ClockTags.Source, ClockTags.NameOf(source)));

    private static Measurement<double> Of(double value, SntpServer server)
        => new(value, new KeyValuePair<string, object?>(ClockTags.Server, server.ToString()));
}
