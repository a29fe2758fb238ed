using System.CommandLine;
using Appliance.Identity;
using Appliance.Server.Admin;

namespace Appliance.Server.Commands;

/// <summary>
/// A command that needs the store. It says who may run it, and it is carried out by the server where one runs: else by
/// this process, which opens the store itself.
/// </summary>
internal sealed class AdminCommand : Command
{
    /// <summary>Makes a command; its options and arguments are added by a collection initializer.</summary>
    /// <param name="name">The last of its names.</param>
    /// <param name="description">For --help.</param>
    /// <param name="anyOf">Roles of which one is enough; none for what every admin may run.</param>
    /// <param name="changes">False for a command that only reads.</param>
    /// <param name="makesAdmins">True for the command that makes the first admin.</param>
    public AdminCommand(
        string name, string description, AdminRoles anyOf, bool changes = true, bool makesAdmins = false)
        : base(name, description)
    {
        AnyOf = anyOf;
        Changes = changes;
        MakesAdmins = makesAdmins;
    }

    /// <summary>Roles of which one is enough; none for what every admin may run.</summary>
    public AdminRoles AnyOf { get; }

    /// <summary>False for a command that only reads.</summary>
    public bool Changes { get; }

    /// <summary>True for the command that makes the first admin.</summary>
    public bool MakesAdmins { get; }

    /// <summary>Its names from the root on, as people type them.</summary>
    public string FullName
    {
        get
        {
            var names = new List<string>();
            for (Command? command = this;
                command is not (null or RootCommand);
                command = command.Parents.OfType<Command>().FirstOrDefault())
            {
                names.Insert(0, command.Name);
            }

            return string.Join(' ', names);
        }
    }

    /// <summary>Sets what it does in the process that has the store.</summary>
    public void SetAction(
        CommandEnvironment environment, Func<ParseResult, CancellationToken, Task<int>> action)
        => SetAction(async (parsed, cancellationToken) =>
        {
            // The command line hears signals only once an action has given control back.
            await Task.Yield();
            if (environment.Host is null
                && await AdminClient.TryRunAsync(parsed, environment, cancellationToken).ConfigureAwait(false)
                    is { } exitCode)
            {
                return exitCode;
            }

            return await action(parsed, cancellationToken).ConfigureAwait(false);
        });
}
