using System.Globalization;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Options;
using Appliance.Server.Timestamps;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>`timestamp unit list`.</summary>
internal static class UnitListCommand
{
    public static AdminCommand Build(CommandEnvironment environment)
    {
        var command = new AdminCommand(
            "list",
            "Lists the units of the settings, with their keys and certificates.",
            AdminRoles.None,
            changes: false);
        command.SetAction(environment, async (parsed, _) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            Answer(bench.Reply, Describe(bench));
            return ExitCode.Ok;
        });
        return command;
    }

    private static List<TimestampUnitDocument> Describe(Workbench bench)
    {
        // Without units nothing asks the token for anything.
        var settings = bench.Composition.Options.Timestamping;
        var now = bench.Composition.Time.GetUtcNow();
        var list = new List<TimestampUnitDocument>();
        foreach (var (name, unit) in TimestampUnits.InOrder(settings))
        {
            using var found = TimestampUnits.Examine(name, unit, bench.Composition.Slots.Usable(), now);
            list.Add(Describe(found, unit, isDefault: list.Count == 0));
        }

        return list;
    }

    private static TimestampUnitDocument Describe(UnitExamination found, TimestampUnitSettings unit, bool isDefault)
    {
        var certificate = found.Certificates.Count > 0 ? found.Certificates[0] : null;
        return new TimestampUnitDocument
        {
            Unit = found.Name,
            Default = isDefault,
            Policy = unit.Policy,
            AcceptedPolicies = found.Options.AcceptedPolicies,
            Qualified = unit.Qualified,
            AccuracyMicroseconds = unit.AccuracyMicroseconds,
            ClockSources = SettingList.Read(unit.ClockSources),
            Access = unit.Access,
            Key = unit.LabelFor(found.Name),
            KeyId = found.Key is { } key ? Convert.ToHexStringLower(key.Id.Span) : null,
            Algorithm = found.Key is { } known ? AlgorithmName.Of(known) : null,
            Certificates = unit.Certificates,
            Subject = certificate?.Subject,
            Issuer = certificate?.Issuer,
            SerialNumber = certificate?.SerialNumber.ToLowerInvariant(),
            NotBefore = certificate?.NotBefore.ToUniversalTime(),
            NotAfter = certificate?.NotAfter.ToUniversalTime(),
            UsableUntil = found.UsableTo,
            Errors = found.Errors,
            Warnings = found.Warnings,
        };
    }

    private static void Answer(CommandReply reply, IReadOnlyList<TimestampUnitDocument> units)
    {
        if (reply.Json)
        {
            reply.Write(units, CommandJson.Default.IReadOnlyListTimestampUnitDocument);
            return;
        }

        reply.Table(
            ["Unit", "Algorithm", "Policy", "Access", "Key", "Usable until (UTC)", "Subject"],
            units.Select(unit => new[]
            {
                unit.Unit + (unit.Default ? " (default)" : ""),
                unit.Algorithm ?? "-",
                unit.Policy,
                unit.Access,
                unit.KeyId is null ? $"{unit.Key} (NOT FOUND: see below)" : unit.Key,
                unit.UsableUntil?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-",
                unit.Subject ?? "-",
            }));
        foreach (var sentence in units.SelectMany(
            unit => unit.Errors.Concat(unit.Warnings.Select(warning => $"{unit.Unit}: {warning}"))))
        {
            reply.Say(sentence);
        }
    }
}
