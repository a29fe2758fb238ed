using System.CommandLine;
using Appliance.Server.Hosting;

namespace Appliance.Server.Commands;

/// <summary>`serve`.</summary>
internal static class ServeCommand
{
    private const string Name = "serve";

    private static readonly Option<FileInfo?> s_readyFile = new("--ready-file")
    {
        Description = "Writes {rest, grpc, pid} there once calls are answered; removed when the server stops.",
        HelpName = "FILE",
    };

    /// <summary>True when a command line asks for this command.</summary>
    public static bool IsIn(ParseResult parsed)
        => string.Equals(parsed.CommandResult.Command.Name, Name, StringComparison.Ordinal);

    public static Command Build(CommandEnvironment environment)
    {
        var command = new Command(Name, "Serves CSC over REST and gRPC until it is told to stop (SIGTERM).")
        {
            s_readyFile,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = CommandConfiguration.Load(parsed);
            await ApplianceHost.RunAsync(
                options, parsed.GetValue(s_readyFile)?.FullName, environment.Time, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
