using System.CommandLine;

namespace Appliance.Server.Commands;

/// <summary>`serve`.</summary>
internal static class ServeCommand
{
    private const string Name = "serve";

    /// <summary>True when a command line asks for this command.</summary>
    public static bool IsIn(ParseResult parsed)
        => string.Equals(parsed.CommandResult.Command.Name, Name, StringComparison.Ordinal);

    public static Command Build(CommandEnvironment environment)
    {
        _ = environment;
        var command = new Command(Name, "Serves CSC over REST and gRPC until it is told to stop.");
        command.SetAction(static (_, _) => Task.FromResult(ExitCode.Ok));
        return command;
    }
}
