using Appliance.Pkcs11;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Options;
using Appliance.Server.Timestamps;

namespace Appliance.Server.Commands.Checks;

/// <summary>Time-stamping units: one that cannot issue keeps the server from starting.</summary>
internal static class TimestampChecks
{
    /// <summary>What the checks are called.</summary>
    public static IEnumerable<string> Names(TimestampingSettings settings)
        => TimestampUnits.InOrder(settings).Select(unit => NameOf(unit.Key));

    /// <summary>By settings, certificates and tokens, as the start does it.</summary>
    public static void Examine(
        CheckList list, TimestampingSettings settings, IEnumerable<Token> tokens, DateTimeOffset now)
    {
        foreach (var (name, unit) in TimestampUnits.InOrder(settings))
        {
            list.Look(NameOf(name), () =>
            {
                using var found = TimestampUnits.Examine(name, unit, tokens, now);
                if (found.Errors.Count > 0)
                {
                    list.Fail(NameOf(name), string.Join(" ", found.Errors));
                }
                else if (found.Warnings.Count > 0)
                {
                    list.Warn(NameOf(name), string.Join(" ", found.Warnings));
                }
                else
                {
                    list.Ok(
                        NameOf(name),
                        $"{AlgorithmName.Of(found.Key!)}, policy {unit.Policy}, can issue until {found.UsableTo:u}");
                }
            });
        }
    }

    /// <summary>As a running server tells them; their clocks are another check.</summary>
    public static void Report(CheckList list, IReadOnlyList<UnitStatusDocument> units)
    {
        foreach (var unit in units)
        {
            var sentence = $"{unit.Algorithm}, policy {unit.Policy}, can issue until {unit.UsableUntil:u}";
            if (unit.Ended)
            {
                list.Fail(
                    NameOf(unit.Unit),
                    $"could issue until {unit.UsableUntil:u} only; make another key: appliance timestamp unit create");
            }
            else if (unit.EndsSoon)
            {
                list.Warn(NameOf(unit.Unit), $"{sentence}, in less than 30 days");
            }
            else
            {
                list.Ok(NameOf(unit.Unit), sentence);
            }
        }
    }

    private static string NameOf(string unit) => $"unit {unit}";
}
