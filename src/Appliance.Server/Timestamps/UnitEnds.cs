using System.Globalization;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>
/// Says once a day which units come to their end within 30 days, and which have: these issue nothing any more, by
/// themselves. The first look is at the start.
/// </summary>
internal sealed partial class UnitEnds : IAsyncDisposable
{
    /// <summary>Warned so long before the end.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromDays(30);

    /// <summary>Often enough that an end is noticed on its day; a unit is spoken of once a day all the same.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (DateOnly Day, bool Ended)> _told = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<TimestampUnit> _units;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    public UnitEnds(IReadOnlyList<TimestampUnit> units, TimeProvider time, ILogger logger)
    {
        _units = units;
        _time = time;
        _logger = logger;
        Look();
        _timer = time.CreateTimer(
            static state => ((UnitEnds)state!).Look(), this, s_interval, s_interval);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            foreach (var unit in _units.Where(unit => unit.UsableTo - now < Notice))
            {
                // An end that comes on a day with a warning is told all the same.
                var told = (DateOnly.FromDateTime(now.UtcDateTime), unit.UsableTo < now);
                var name = unit.Options.Name;
                if (_told.TryGetValue(name, out var last) && last == told)
                {
                    continue;
                }

                _told[name] = told;
                var end = unit.UsableTo.ToString("u", CultureInfo.InvariantCulture);
                if (unit.UsableTo < now)
                {
                    Log.Ended(_logger, name, end);
                }
                else
                {
                    Log.EndsSoon(_logger, name, end, (int)(unit.UsableTo - now).TotalDays);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            8080,
            LogLevel.Warning,
            "Time-stamping unit {Unit}: its certificate and key can be used until {End}, {Days} days more; then it "
                + "issues nothing. Make another key: appliance timestamp unit create.")]
        public static partial void EndsSoon(ILogger logger, string unit, string end, int days);

        [LoggerMessage(
            8081,
            LogLevel.Error,
            "Time-stamping unit {Unit}: its certificate or key could be used until {End}; it issues nothing any more.")]
        public static partial void Ended(ILogger logger, string unit, string end);
    }
}
