using System.Globalization;
using Appliance.Server.Admin;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Timestamps;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>The time-stamping units' part of `status`.</summary>
internal static class UnitStatus
{
    public static IReadOnlyList<UnitStatusDocument> Describe(LiveAppliance live)
    {
        if (live.Timestamps is not { } parts)
        {
            return [];
        }

        var now = live.Composition.Time.GetUtcNow();
        return
        [
            .. parts.Units.Select(unit => new UnitStatusDocument
            {
                Unit = unit.Options.Name,
                Policy = unit.Options.DefaultPolicy,
                Algorithm = AlgorithmName.Of(unit.Key),
                Access = parts.SettingsOf(unit).Access,
                UsableUntil = unit.UsableTo,
                EndsSoon = unit.UsableTo - now < UnitEnds.Notice,
                Ended = unit.UsableTo < now,
                ClockTrusted = unit.Clock.IsTrusted,
                Clock = unit.Clock.Text,
            }),
        ];
    }

    public static void Answer(CommandReply reply, IReadOnlyList<UnitStatusDocument> units)
    {
        if (units.Count == 0)
        {
            return;
        }

        reply.Table(
            ["Unit", "Algorithm", "Policy", "Access", "Usable until (UTC)", "Issues", "Clock"],
            units.Select(unit => new[]
            {
                unit.Unit,
                unit.Algorithm,
                unit.Policy,
                unit.Access,
                unit.UsableUntil.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
                    + (unit is { EndsSoon: true, Ended: false } ? " (soon)" : ""),
                unit.Ended || !unit.ClockTrusted ? "NO" : "yes",
                (unit.ClockTrusted ? "" : "NOT TRUSTED: ") + unit.Clock,
            }));
    }
}
