using Appliance.Server.Hosting;
using Appliance.Server.Options;
using Appliance.Server.Timestamps.Clocks;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>The authority of a server that runs: clock watch, units, and what answers requests.</summary>
internal sealed class TimestampParts : IAsyncDisposable
{
    private readonly TimestampingSettings _settings;
    private readonly IReadOnlyList<TimestampUnit> _units;
    private readonly TimestampMetrics _metrics;

    private TimestampParts(
        TimestampingSettings settings,
        ClockKeeper clock,
        IReadOnlyList<TimestampUnit> units,
        TimestampMetrics metrics,
        TimestampService service,
        TimeProvider time)
    {
        _settings = settings;
        Clock = clock;
        _units = units;
        _metrics = metrics;
        Service = service;
        Strangers = settings.OpenPerSecond > 0 ? new StrangerGates(settings.OpenPerSecond, time) : null;
    }

    /// <summary>What the units' time rests on.</summary>
    public ClockKeeper Clock { get; }

    public TimestampService Service { get; }

    /// <summary>Null where the settings name no units.</summary>
    /// <param name="composition">Store, token, commit loop.</param>
    /// <param name="parts">Sessions.</param>
    /// <param name="settings">Units and clock.</param>
    /// <param name="loggers">For the clock watch.</param>
    /// <param name="time">The clock of stamps; null for the appliance's.</param>
    /// <exception cref="OptionsException">A unit cannot issue.</exception>
    public static TimestampParts? Start(
        Composition composition,
        SigningParts parts,
        TimestampingSettings settings,
        ILoggerFactory loggers,
        TimeProvider? time = null)
    {
        if (settings.Units.Count == 0)
        {
            return null;
        }

        time ??= composition.Time;
        var clock = new ClockKeeper(composition, settings.Clock, loggers, time);
        var units = new List<TimestampUnit>();
        foreach (var (name, unit) in InOrder(settings))
        {
            var certificates = TimestampUnits.LoadCertificates(name, unit);
            units.Add(new TimestampUnit(
                TimestampUnits.OptionsOf(name, unit),
                TimestampUnits.FindKey(name, unit, composition.Token, certificates[0]),
                certificates,
                clock.Watch));
        }

        clock.Start();
        var metrics = new TimestampMetrics(clock.Watch, units);
        return new TimestampParts(
            settings,
            clock,
            units,
            metrics,
            new TimestampService(units, composition.Loop, parts.Slots, parts.MayDispatch, time, metrics),
            time);
    }

    /// <summary>How fast callers without a token may be; null for no limit.</summary>
    public StrangerGates? Strangers { get; }

    /// <summary>Who may have time stamps of a unit, among others.</summary>
    public TimestampUnitSettings SettingsOf(TimestampUnit unit) => _settings.Units[unit.Options.Name];

    /// <summary>After the last call.</summary>
    public async ValueTask DisposeAsync()
    {
        _metrics.Dispose();
        foreach (var unit in _units)
        {
            unit.Dispose();
        }

        await Clock.DisposeAsync();
    }

    /// <summary>The default one first.</summary>
    private static IEnumerable<KeyValuePair<string, TimestampUnitSettings>> InOrder(TimestampingSettings settings)
        => settings.Units
            .OrderBy(unit => unit.Key != settings.Default)
            .ThenBy(unit => unit.Key, StringComparer.Ordinal);
}
