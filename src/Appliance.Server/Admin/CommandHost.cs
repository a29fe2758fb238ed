using System.CommandLine;
using Appliance.Server.Commands;
using Appliance.Server.Commands.Admins;

namespace Appliance.Server.Admin;

/// <summary>The server's side of one command: what it works with, and who asked.</summary>
/// <param name="live">The running server.</param>
/// <param name="user">Who is at the other end of the socket.</param>
/// <param name="admitted">Called when the command may begin.</param>
internal sealed class CommandHost(LiveAppliance live, OsUser user, Action admitted)
{
    public LiveAppliance Live => live;

    /// <summary>The command's name once it was read; never its arguments.</summary>
    public string CommandName { get; private set; } = "";

    /// <summary>True when its caller may not run it.</summary>
    public bool Refused { get; private set; }

    /// <summary>Lets the command begin, or refuses: before anything is asked of its caller.</summary>
    /// <exception cref="CommandException">The user may not, or it is no command for a server.</exception>
    public async Task<string?> AdmitAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.CommandResult.Command is not AdminCommand command || parsed.Action != command.Action)
        {
            throw new CommandException("This command line is not for a server; run it where no server runs.");
        }

        CommandName = command.FullName;
        Refused = true;
        var warning = await AdminGate.AdmitAsync(live.Composition, user, command, live: true, cancellationToken);
        Refused = false;
        admitted();
        return warning;
    }
}
