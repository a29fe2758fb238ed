using System.Globalization;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Timestamps.Clocks;
using Appliance.Timestamping;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>A clock watch in documents and tables.</summary>
internal static class ClockReport
{
    /// <summary>The watch at this moment.</summary>
    /// <param name="watch">Which.</param>
    /// <param name="entries">Of the drift log, the newest; null for none at all.</param>
    public static ClockDocument Describe(ClockWatch watch, int? entries = null) => new()
    {
        Units =
        [
            .. watch.Units.Select(unit => new ClockUnitDocument(
                unit.Unit,
                unit.IsTrusted,
                ClockWords.NamesOf(unit.Required),
                unit.Accuracy.TotalSeconds,
                unit.Text)),
        ],
        Sources =
        [
            .. watch.Sources.Select(status => new ClockSourceDocument(
                ClockWords.NameOf(status.Source),
                status.IsTrusted,
                status.IsTrusted ? status.Bound.TotalSeconds : null,
                status.Text)),
        ],
        Servers =
        [
            .. watch.Servers.Select(server => new ClockServerDocument(
                server.Server.ToString(),
                server.IsUsable,
                server.Offset?.TotalSeconds,
                server.Offset is null ? null : server.Radius.TotalSeconds,
                server.Text)),
        ],
        DriftSeconds = watch.Drift.TotalSeconds,
        AssertedUntil = watch.AssertedUntil,
        Log = entries is { } most
            ? [.. watch.Events.TakeLast(most).Select(happened => new ClockEventDocument(
                happened.Time,
                happened.RawNanoseconds / 1e9,
                ClockWords.NameOf(happened.Kind),
                happened.Subject,
                happened.Offset.TotalSeconds,
                happened.Text))]
            : null,
    };

    /// <summary>A line for each unit, and one for the clock.</summary>
    public static IEnumerable<string> Summarise(ClockDocument clock) =>
    [
        .. clock.Units.Select(unit => unit.Trusted
            ? $"Time-stamping unit {unit.Unit} issues."
            : $"Time-stamping unit {unit.Unit} ISSUES NOTHING: {unit.Text}"),
        $"Clock: {string.Join("; ", clock.Sources.Where(source => source.Source is not "wall")
            .Select(source => $"{source.Source} {source.Text}"))}.",
    ];

    /// <summary>For people.</summary>
    public static void Answer(CommandReply reply, ClockDocument clock)
    {
        reply.Table(
            ["Unit", "Issues", "Accuracy", "Requires", "Why"],
            clock.Units.Select(unit => new[]
            {
                unit.Unit,
                unit.Trusted ? "yes" : "NO",
                Seconds(unit.AccuracySeconds),
                string.Join(", ", unit.Requires),
                unit.Text,
            }));
        reply.Table(
            ["Source", "Trusted", "Off by at most", "Says"],
            clock.Sources.Select(source => new[]
            {
                source.Source,
                source.Trusted ? "yes" : "no",
                source.BoundSeconds is { } bound ? Seconds(bound) : "",
                source.Text,
            }));
        if (clock.Servers.Count > 0)
        {
            reply.Table(
                ["NTP server", "Usable", "Offset", "Within", "Says"],
                clock.Servers.Select(server => new[]
                {
                    server.Server,
                    server.Usable ? "yes" : "NO",
                    server.OffsetSeconds is { } offset ? Signed(offset) : "",
                    server.RadiusSeconds is { } radius ? Seconds(radius) : "",
                    server.Text,
                }));
        }

        reply.Say(
            $"The clock is {Signed(clock.DriftSeconds)} from where it was confirmed; "
            + (clock.AssertedUntil is { } until
                ? $"an operator answers for it until {until:u}."
                : "nobody asserts it."));
        if (clock.Log is { } log)
        {
            reply.Table(
                ["Time (UTC)", "Event", "Subject", "Offset", "Text"],
                log.Select(entry => new[]
                {
                    entry.At.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
                    entry.Event,
                    entry.Subject,
                    entry.OffsetSeconds == 0 ? "" : Signed(entry.OffsetSeconds),
                    entry.Text,
                }));
        }
    }

    private static string Seconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.######} s");

    private static string Signed(double value)
        => string.Create(CultureInfo.InvariantCulture, $"{value:+0.000000;-0.000000;0} s");
}
