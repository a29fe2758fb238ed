using System.CommandLine;
using Appliance.Identity;
using Appliance.Server.Commands;

namespace Appliance.Server.Tests.Commands;

/// <summary>The table of docs/operations.md is the command tree's: every command, and who may run it.</summary>
public sealed class CommandTableTests
{
    [Fact]
    public void Every_command_is_in_the_operators_table_with_its_roles()
    {
        var commands = All(CommandTree.Build(new CommandEnvironment()))
            .Where(command => command is AdminCommand || command.Subcommands.Count == 0).ToList();
        var rows = File.ReadLines(Path.Combine(Repository(), "docs", "operations.md"))
            .Where(line => line.StartsWith("| `appliance ", StringComparison.Ordinal))
            .ToList();

        Assert.True(commands.Count > 15);
        foreach (var command in commands)
        {
            var name = NameOf(command);
            var row = Assert.Single(rows, row => IsOf(row, name));
            var who = (name, (command as AdminCommand)?.AnyOf) switch
            {
                ("init", _) => "whoever makes the store",
                ("serve", _) => "the service",
                (_, null) => "anybody",
                (_, AdminRoles.None) => "every admin",
                (_, { } roles) => AdminRoleNames.Of(roles, " or "),
            };
            Assert.Equal(who, row.Split('|')[2].Trim());
        }

        Assert.Equal(commands.Count, rows.Count);
    }

    private static string NameOf(Command command)
        => command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand
            ? $"{NameOf(parent)} {command.Name}"
            : command.Name;

    private static bool IsOf(string row, string name)
    {
        var command = row.Split('`')[1].Split(" --")[0].Replace(" FILE", "", StringComparison.Ordinal)
            .Replace(" SIGNER", "", StringComparison.Ordinal)
            .Replace(" NAME", "", StringComparison.Ordinal);
        return string.Equals(command, $"appliance {name}", StringComparison.Ordinal);
    }

    private static IEnumerable<Command> All(Command command)
        => command.Subcommands.SelectMany(All).Prepend(command);

    private static string Repository()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Appliance.sln")))
        {
            directory = Path.GetDirectoryName(directory)!;
        }

        return directory;
    }
}
