using Appliance.Server.Hosting;
using Appliance.Server.Hosting.Slots;
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
    private readonly UnitEnds _ends;

    private TimestampParts(
        TimestampingSettings settings,
        ClockKeeper clock,
        IReadOnlyList<TimestampUnit> units,
        UnitEnds ends,
        TimestampMetrics metrics,
        TimestampService service,
        TimeProvider time)
    {
        _settings = settings;
        Keeper = clock;
        _units = units;
        _metrics = metrics;
        _ends = ends;
        Service = service;
        Strangers = settings.OpenPerSecond > 0 ? new StrangerGates(settings.OpenPerSecond, time) : null;
    }

    /// <summary>What the units' time rests on.</summary>
    public ClockWatch Clock => Keeper.Watch;

    /// <summary>What keeps its events and the operator's word.</summary>
    public ClockKeeper Keeper { get; }

    public TimestampService Service { get; }

    /// <summary>The default one first.</summary>
    public IReadOnlyList<TimestampUnit> Units => _units;

    /// <summary>A unit's settings.</summary>
    public TimestampUnitSettings SettingsOf(TimestampUnit unit) => _settings.Units[unit.Options.Name];

    /// <summary>Null where the settings name no units.</summary>
    /// <param name="composition">Store, token, commit loop.</param>
    /// <param name="parts">Sessions.</param>
    /// <param name="settings">Units and clock.</param>
    /// <param name="loggers">For the clock watch.</param>
    /// <param name="time">The clock of stamps; null for the appliance's.</param>
    /// <exception cref="OptionsException">Units cannot issue: all that is wrong with each.</exception>
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
        var examined = Examine(settings, composition.Slots, time.GetUtcNow());
        var clock = new ClockKeeper(composition, settings.Clock, loggers, time);
        var units = examined.ConvertAll(
            unit => new TimestampUnit(unit.Options, unit.Key!, unit.Certificates, clock.Watch));
        examined.ForEach(unit => unit.Dispose());
        clock.Start();
        var metrics = new TimestampMetrics(clock.Watch, units);
        return new TimestampParts(
            settings,
            clock,
            units,
            new UnitEnds(units, time, loggers.CreateLogger<UnitEnds>()),
            metrics,
            new TimestampService(units, composition.Loop, parts.Slots, parts.MayDispatch, time, metrics),
            time);
    }

    /// <summary>How fast callers without a token may be; null for no limit.</summary>
    public StrangerGates? Strangers { get; }

    /// <summary>After the last call.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ends.DisposeAsync();
        _metrics.Dispose();
        foreach (var unit in _units)
        {
            unit.Dispose();
        }

        await Keeper.DisposeAsync();
    }

    private static List<UnitExamination> Examine(TimestampingSettings settings, SlotTokens slots, DateTimeOffset now)
    {
        List<UnitExamination> examined =
        [
            .. TimestampUnits.InOrder(settings)
                .Select(unit => TimestampUnits.Examine(unit.Key, unit.Value, slots.Usable(), now)),
        ];
        List<string> errors = [.. examined.SelectMany(unit => unit.Errors)];
        if (errors.Count == 0)
        {
            return examined;
        }

        examined.ForEach(unit => unit.Dispose());
        throw new OptionsException(errors);
    }
}
