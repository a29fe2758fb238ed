using System.CommandLine;
using Appliance.Server.Admin;

namespace Appliance.Server.Commands;

/// <summary>The server that a command is about, where it makes no sense without one.</summary>
internal static class RunningServer
{
    /// <summary>The server that carries the command out.</summary>
    /// <exception cref="CommandException">None answered.</exception>
    public static LiveAppliance Of(ParseResult parsed, CommandEnvironment environment)
        => environment.Host?.Live ?? throw new CommandException(
            AdminSocketPath.Of(CommandConfiguration.Read(parsed)) is { } path
                ? $"No server answers at {path}."
                : "There is no admin socket to ask a server at; set Admin:Socket.");
}
