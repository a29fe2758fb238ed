using System.CommandLine;
using System.Globalization;
using Appliance.Identity;
using Appliance.Server.Admin;
using Appliance.Server.Commands.Documents;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>`admin add`, `admin list`, `admin set-roles` and `admin remove`.</summary>
internal static class AdminCommands
{
    public static Command Build(CommandEnvironment environment) => new("admin", "Who may work this command line.")
    {
        BuildAdd(environment),
        BuildList(environment),
        BuildSetRoles(environment),
        BuildRemove(environment),
    };

    /// <summary>The name when this system has such a user: a typing error would make an admin of nobody.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static string CheckUser(string name)
        => OsUsers.IdOf(name) is { } id && !new OsUser(id, name).IsNobody
            ? name
            : throw new CommandException(
                $"There is no user {name} on this system; an admin is one of its users, #UID where it has no name.");

    private static AdminCommand BuildAdd(CommandEnvironment environment)
    {
        var user = User();
        var roles = Roles();
        var command = Changing("add", "Makes a user of this system an admin.", makesAdmins: true);
        command.Add(user);
        command.Add(roles);
        command.SetAction(environment, (parsed, cancellationToken) =>
        {
            var name = CheckUser(parsed.GetRequiredValue(user));
            var wanted = ParseRoles(parsed.GetRequiredValue(roles));
            return ChangeAsync(
                parsed,
                environment,
                (admins, connection, actor) => admins.Add(connection, name, wanted, actor),
                cancellationToken);
        });
        return command;
    }

    private static AdminCommand BuildSetRoles(CommandEnvironment environment)
    {
        var user = User();
        var roles = Roles();
        var command = Changing("set-roles", "Replaces the roles of an admin.");
        command.Add(user);
        command.Add(roles);
        command.SetAction(environment, (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(user);
            var wanted = ParseRoles(parsed.GetRequiredValue(roles));
            return ChangeAsync(
                parsed,
                environment,
                (admins, connection, actor) => admins.SetRoles(connection, name, wanted, actor),
                cancellationToken);
        });
        return command;
    }

    private static AdminCommand BuildRemove(CommandEnvironment environment)
    {
        var user = User();
        var command = Changing("remove", "Ends what an admin may do; the last security officer stays.");
        command.Add(user);
        command.SetAction(environment, (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(user);
            return ChangeAsync(
                parsed,
                environment,
                (admins, connection, actor) => admins.Remove(connection, name, actor),
                cancellationToken);
        });
        return command;
    }

    private static AdminCommand BuildList(CommandEnvironment environment)
    {
        var command = new AdminCommand(
            "list", "Lists the admins, those that were removed too.", AdminRoles.None, changes: false);
        command.SetAction(environment, async (parsed, _) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            var rows = bench.Store.Read(static connection => connection.Admins.List());

            // Without a row there is nothing to check, and perhaps no root key to check it by.
            IReadOnlyList<AdminDocument> list = rows.Count == 0
                ? []
                : [.. rows.Select(row => Describe(row, bench.Composition.Admins.Verify(row)))];
            if (bench.Reply.Json)
            {
                bench.Reply.Write(list, CommandJson.Default.IReadOnlyListAdminDocument);
                return ExitCode.Ok;
            }

            bench.Reply.Table(["User", "State", "Since (UTC)", "Roles"], list.Select(ToCells));
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand Changing(string name, string description, bool makesAdmins = false)
        => new(name, description, AdminRoles.SecurityOfficer, changes: true, makesAdmins);

    private static Option<string> User() => new("--user")
    {
        Description = "A user of this system by its name; #UID for one without.",
        HelpName = "NAME",
        Required = true,
    };

    private static Option<string> Roles() => new("--roles")
    {
        Description = $"One or several of {string.Join(", ", AdminRoleNames.All)}, parted by commas.",
        HelpName = "R,R",
        Required = true,
    };

    private static AdminRoles ParseRoles(string text)
        => AdminRoleNames.Parse(text)
            ?? throw new CommandException(
                $"\"{text}\" are no roles; write one or several of {string.Join(", ", AdminRoleNames.All)}, "
                + "parted by commas.");

    private static async Task<int> ChangeAsync(
        ParseResult parsed,
        CommandEnvironment environment,
        Func<AdminDirectory, StoreConnection, string, AdminRow> change,
        CancellationToken cancellationToken)
    {
        var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
        await using var _ = bench.ConfigureAwait(false);

        // Made here, since the commit loop's thread must not wait for a token.
        var admins = bench.Composition.Admins;
        var (changed, refusal) = await bench.Loop
            .WriteAsync(connection => Decide(() => change(admins, connection, bench.Actor)), cancellationToken)
            .ConfigureAwait(false);
        var row = changed ?? throw refusal!;
        var document = Describe(row, genuine: true);
        if (bench.Reply.Json)
        {
            bench.Reply.Write(document, CommandJson.Default.AdminDocument);
        }

        bench.Reply.Say(row.State == AdminState.Active
            ? $"{row.UserName} is an admin: {string.Join(", ", document.Roles)}."
            : $"{row.UserName} is no admin any more.");
        return ExitCode.Ok;
    }

    /// <summary>A refusal is a result: nothing was written, and the others in the commit are not undone.</summary>
    private static (AdminRow? Changed, DirectoryException? Refusal) Decide(Func<AdminRow> change)
    {
        try
        {
            return (change(), null);
        }
        catch (DirectoryException refusal)
        {
            return (null, refusal);
        }
    }

    private static AdminDocument Describe(AdminRow row, bool genuine) => new()
    {
        User = row.UserName,
        Roles = AdminRoleNames.Of((AdminRoles)row.Roles).Split(',', StringSplitOptions.RemoveEmptyEntries),
        State = genuine ? row.State.ToString().ToLowerInvariant() : "tampered",
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
    };

    private static IReadOnlyList<string> ToCells(AdminDocument document) =>
    [
        document.User,
        document.State,
        document.CreatedAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        string.Join(", ", document.Roles),
    ];
}
