using System.CommandLine;
using System.CommandLine.Invocation;

namespace Appliance.Server.Commands;

/// <summary>
/// The command line `appliance`: parses, runs one command, and turns whatever goes wrong into one sentence on
/// standard error and an exit code.
/// </summary>
internal static class CommandLine
{
    private static readonly TimeSpan s_undoTime = TimeSpan.FromSeconds(30);

    /// <summary>A name that begins with @ is a name, not a file of arguments.</summary>
    private static readonly ParserConfiguration s_parser = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs one command.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="environment">What is around it.</param>
    /// <param name="cancellationToken">Cancels it, as a signal does that the process gets.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        string[] args, CommandEnvironment environment, CancellationToken cancellationToken = default)
    {
        environment = environment with { Arguments = args };
        var parsed = CommandTree.Build(environment).Parse(args, s_parser);
        var reply = new CommandReply(environment, parsed.GetValue(GlobalOptions.Json));
        if (parsed.Action is ParseErrorAction)
        {
            reply.Error(string.Join(" ", parsed.Errors.Select(error => Explain(error.Message))) + " See --help.");
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration
        {
            Output = environment.Output,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,

            // The server's own host hears the signals and drains; a command is cancelled and undoes what it began.
            ProcessTerminationTimeout = ServeCommand.IsIn(parsed) || environment.Host is not null ? null : s_undoTime,
        };
        try
        {
            if (environment.Host is { } host
                && await host.AdmitAsync(parsed, cancellationToken).ConfigureAwait(false) is { } warning)
            {
                reply.Warn(warning);
            }

            var exitCode = await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);

            // A signal comes as 128 + its number, or as a cancellation.
            return exitCode <= ExitCode.Usage ? exitCode : throw new OperationCanceledException();
        }
        catch (Exception error)
        {
            // A bug shows where it is; whatever can be expected shows one sentence.
            reply.Error(CommandErrors.Describe(error) ?? $"Unexpected: {error}");
            return ExitCode.Failed;
        }
    }

    /// <summary>The parser names the types of .NET.</summary>
    private static string Explain(string message)
    {
        var at = message.IndexOf(" as expected type '", StringComparison.Ordinal);
        if (at < 0)
        {
            return message;
        }

        var type = message[at..];
        var what = type.Contains("System.Guid", StringComparison.Ordinal) ? "an id (8-4-4-4-12 hexadecimal digits)"
            : type.Contains("System.Int", StringComparison.Ordinal) ? "a whole number"
            : null;
        return what is null ? message : $"{message[..at]}: it takes {what}.";
    }
}
