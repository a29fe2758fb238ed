using System.CommandLine;
using System.CommandLine.Invocation;

namespace Appliance.Server.Commands;

/// <summary>
/// The command line `appliance`: parses, runs one command, and turns whatever goes wrong into one sentence on
/// standard error and an exit code.
/// </summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args, CommandEnvironment environment)
    {
        var parsed = CommandTree.Build(environment).Parse(args);
        var reply = new CommandReply(environment, parsed.GetValue(GlobalOptions.Json));
        if (parsed.Action is ParseErrorAction)
        {
            reply.Error(string.Join(" ", parsed.Errors.Select(error => error.Message)) + " See --help.");
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration
        {
            Output = environment.Output,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,

            // The commands stop by themselves and the server drains: nobody may cut them short.
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(configuration).ConfigureAwait(false);
        }
        catch (Exception error) when (CommandErrors.Describe(error) is { } sentence)
        {
            reply.Error(sentence);
            return ExitCode.Failed;
        }
    }
}
