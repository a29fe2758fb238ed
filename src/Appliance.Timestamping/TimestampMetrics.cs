using System.Diagnostics.Metrics;
using Appliance.Timestamping.Observation;

namespace Appliance.Timestamping;

/// <summary>
/// The instruments of the authority, on the meter <c>Appliance.Timestamping</c>. Tags are units, NTP servers and
/// results, all of which the settings bound. Any thread.
/// </summary>
public sealed class TimestampMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Appliance.Timestamping";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _stamps;

    /// <summary>Instruments that can be read from now on.</summary>
    /// <param name="clock">The watch.</param>
    /// <param name="units">The units.</param>
    public TimestampMetrics(ClockWatch clock, IReadOnlyList<TimestampUnit> units)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(units);
        _stamps = _meter.CreateCounter<long>(
            "tsa.stamps", "{stamp}", "Requests for time stamps by unit and by what became of them.");
        _meter.CreateObservableGauge(
            "tsa.unit.trusted",
            () => units.Select(unit => Of(unit.Clock.IsTrusted ? 1 : 0, ClockTags.Unit, unit.Options.Name)),
            "1",
            "1 while the unit's clock sources agree within its accuracy and it issues, else 0.");
        _meter.CreateObservableGauge(
            "tsa.unit.certificate.end",
            () => units.Select(unit => Of(Seconds(unit.UsableTo), ClockTags.Unit, unit.Options.Name)),
            "s",
            "When the unit's certificate, or the period of its key, ends: Unix time.");
        ClockGauges.Create(_meter, clock);
    }

    internal Meter Meter => _meter;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Count(TimestampUnit unit, in StampResult result)
    {
        if (_stamps.Enabled)
        {
            _stamps.Add(
                1, new(ClockTags.Unit, unit.Options.Name), new(ClockTags.Result, ClockTags.ResultOf(result)));
        }
    }

    private static Measurement<double> Of(double value, string tag, string name)
        => new(value, new KeyValuePair<string, object?>(tag, name));

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1e3;
}
