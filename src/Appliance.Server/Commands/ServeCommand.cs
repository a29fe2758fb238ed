using System.CommandLine;

namespace Appliance.Server.Commands;

/// <summary>`serve`.</summary>
internal static class ServeCommand
{
    public static Command Build(CommandEnvironment environment)
    {
        _ = environment;
        var command = new Command("serve", "Serves CSC over REST and gRPC until it is told to stop.");
        command.SetAction(static (_, _) => Task.FromResult(ExitCode.Ok));
        return command;
    }
}
