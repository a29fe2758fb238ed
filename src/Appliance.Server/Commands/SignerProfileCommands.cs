using System.CommandLine;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>`signer profile add`, `list` and `end`.</summary>
internal static class SignerProfileCommands
{
    public static Command Build(CommandEnvironment environment) => new("profile", "In which capacities a signer acts.")
    {
        BuildAdd(environment),
        BuildList(environment),
        BuildEnd(environment),
    };

    private static AdminCommand BuildAdd(CommandEnvironment environment)
    {
        var signer = CommandOptions.Signer();
        var kind = new Option<string>("--kind") { Description = "person, employee or representative.", Required = true };
        var name = new Option<string?>("--name") { Description = "Name shown to people (default: the signer's)." };
        var organisation = new Option<Guid?>("--organisation")
        {
            Description = "For whom an employee or representative acts.",
            HelpName = "ID",
        };
        var command = new AdminCommand("add", "Adds a capacity in which a signer acts.", AdminRoles.Operator)
        {
            signer, kind, name, organisation,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var parsedKind = PolicyNames.ParseKind(parsed.GetRequiredValue(kind));
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = bench.FindSignerBy(parsed.GetRequiredValue(signer));
            var profile = await bench.Organisations
                .AddProfileAsync(
                    row.Id,
                    parsedKind,
                    parsed.GetValue(name) ?? row.DisplayName,
                    parsed.GetValue(organisation),
                    cancellationToken)
                .ConfigureAwait(false);
            if (bench.Reply.Json)
            {
                bench.Reply.Write(Describe(profile), CommandJson.Default.ProfileDocument);
                return ExitCode.Ok;
            }

            bench.Reply.Say($"Profile {profile.Id:D} of {row.UserName}. Next: appliance credential create "
                + $"--user {row.UserName} --profile {profile.Id:D} --algorithm RSA-2048");
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildList(CommandEnvironment environment)
    {
        var signer = CommandOptions.Signer();
        var command = new AdminCommand("list", "Lists a signer's profiles.", AdminRoles.None, changes: false) { signer };
        command.SetAction(environment, async (parsed, _) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            var row = bench.FindSignerBy(parsed.GetRequiredValue(signer));
            List<ProfileDocument> list =
            [
                .. bench.Store.Read(connection => connection.Profiles.ListBySigner(row.Id)).Select(Describe),
            ];
            if (bench.Reply.Json)
            {
                bench.Reply.Write(list, CommandJson.Default.IReadOnlyListProfileDocument);
                return ExitCode.Ok;
            }

            bench.Reply.Table(
                ["Profile", "Kind", "Name", "Organisation", "State"],
                list.Select(IReadOnlyList<string> (profile) =>
                [
                    profile.Id.ToString("D"),
                    profile.Kind,
                    profile.Name,
                    profile.Organisation?.ToString("D") ?? "",
                    profile.State,
                ]));
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildEnd(CommandEnvironment environment)
    {
        var signer = CommandOptions.Signer();
        var profile = new Option<Guid>("--profile") { Description = "The profile.", HelpName = "ID", Required = true };
        var command = new AdminCommand(
            "end", "Ends a capacity and suspends its credentials.", AdminRoles.Operator)
        {
            signer, profile,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = bench.FindSignerBy(parsed.GetRequiredValue(signer));
            var suspended = await bench.Organisations
                .EndProfileAsync(row.Id, parsed.GetValue(profile), cancellationToken)
                .ConfigureAwait(false);
            foreach (var credential in suspended)
            {
                bench.Forget(credential);
            }

            bench.Reply.Say($"The profile has ended; {suspended.Count} credentials are suspended.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static ProfileDocument Describe(ProfileRow row) => new(
        row.Id,
        row.Kind.ToString().ToLowerInvariant(),
        row.Name,
        row.OrganisationId,
        row.EndedAt is null ? "active" : "ended");
}
