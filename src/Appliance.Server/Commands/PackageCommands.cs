using System.CommandLine;
using System.Globalization;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;
using Appliance.Signing.Provisioning;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>`package grant`, `package show` and `package cancel`.</summary>
internal static class PackageCommands
{
    public static Command Build(CommandEnvironment environment) => new("package", "Signatures that were paid for.")
    {
        BuildGrant(environment),
        BuildShow(environment),
        BuildCancel(environment),
    };

    private static AdminCommand BuildGrant(CommandEnvironment environment)
    {
        var credential = Credential();
        var count = new Option<int?>("--count")
        {
            Description = "Signatures to grant; each has its time stamp with it.",
            HelpName = "N",
        };
        var plan = new Option<int?>("--plan")
        {
            Description = "In place of --count, a package as it is sold: 200 for 1 year, 400 for 2, 600 for 3.",
            HelpName = "SIZE",
        };
        var order = new Option<string?>("--order")
        {
            Description = "The order's id: granted once however often it is sent.",
            HelpName = "ID",
        };
        var from = Time("--from", "Start of a new package (default: now).");
        var until = Time("--until", "End of the package (default: of the certificate or of the plan, the first).");
        var command = new AdminCommand(
            "grant",
            "Grants signatures: to the present package while it is valid, else as a new one.",
            AdminRoles.Operator)
        {
            credential, count, plan, from, until, order,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = await bench.Packages
                .GrantAsync(
                    parsed.GetValue(credential),
                    Read(parsed.GetValue(count), parsed.GetValue(plan)) with
                    {
                        From = parsed.GetValue(from),
                        Until = parsed.GetValue(until),
                        OrderId = parsed.GetValue(order),
                    },
                    cancellationToken)
                .ConfigureAwait(false);
            Answer(bench.Reply, Describe(row, environment.Time.GetUtcNow()));
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildShow(CommandEnvironment environment)
    {
        var credential = Credential();
        var command = new AdminCommand(
            "show", "Shows a credential's packages and what is left of them.", AdminRoles.None, changes: false)
        {
            credential,
        };
        command.SetAction(environment, async (parsed, _) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            var now = environment.Time.GetUtcNow();
            List<PackageDocument> list
                = [.. bench.Packages.List(parsed.GetValue(credential)).Select(row => Describe(row, now))];
            if (bench.Reply.Json)
            {
                bench.Reply.Write(list, CommandJson.Default.IReadOnlyListPackageDocument);
                return ExitCode.Ok;
            }

            bench.Reply.Table(
                ["Package", "State", "Remaining", "Total", "Valid from", "Valid until"], list.Select(ToCells));
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildCancel(CommandEnvironment environment)
    {
        var credential = Credential();
        var command = new AdminCommand(
            "cancel",
            "Withdraws a credential's package; it signs no more until another is granted.",
            AdminRoles.Operator)
        {
            credential,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = await bench.Packages
                .CancelAsync(parsed.GetValue(credential), cancellationToken)
                .ConfigureAwait(false);
            Answer(bench.Reply, Describe(row with { State = PackageState.Cancelled }, environment.Time.GetUtcNow()));
            return ExitCode.Ok;
        });
        return command;
    }

    private static PackageGrant Read(int? count, int? size) => (count, size) switch
    {
        ({ } free, null) => new PackageGrant(free),
        (null, { } name) when PackagePlan.Find(name) is { } plan => new PackageGrant(plan.Size, Plan: plan),
        (null, not null) => throw new CommandException(
            $"There is no such plan; use one of {string.Join(", ", PackagePlan.All.Select(plan => plan.Size))}."),
        _ => throw new CommandException("Give either --count or --plan."),
    };

    private static Option<Guid> Credential() => new("--credential")
    {
        Description = "The credential.",
        HelpName = "ID",
        Required = true,
    };

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description + " ISO 8601; UTC where no offset is given.",
        HelpName = "T",
        CustomParser = CommandOptions.ParseTime,
    };

    private static void Answer(CommandReply reply, PackageDocument document)
    {
        if (reply.Json)
        {
            reply.Write(document, CommandJson.Default.PackageDocument);
            return;
        }

        reply.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"Package {document.Id:D} of credential {document.Credential:D}: {document.State}, {document.Remaining} of "
            + $"{document.Total} left, until {document.ValidUntil:u}."));
    }

    private static IReadOnlyList<string> ToCells(PackageDocument document) =>
    [
        document.Id.ToString("D"),
        document.State,
        document.Remaining.ToString(CultureInfo.InvariantCulture),
        document.Total.ToString(CultureInfo.InvariantCulture),
        document.ValidFrom.ToString("u"),
        document.ValidUntil.ToString("u"),
    ];

    internal static PackageDocument Describe(PackageRow row, DateTimeOffset now)
    {
        var until = DateTimeOffset.FromUnixTimeMilliseconds(row.ValidUntil);
        return new PackageDocument
        {
            Id = row.Id,
            Credential = row.CredentialId,
            State = row.State == PackageState.Active && until <= now
                ? "expired"
                : row.State.ToString().ToLowerInvariant(),
            Plan = row.Plan == 0 ? null : row.Plan,
            Total = row.Total,
            Remaining = row.Remaining,
            ValidFrom = DateTimeOffset.FromUnixTimeMilliseconds(row.ValidFrom),
            ValidUntil = until,
        };
    }
}
