using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Appliance.Server.Admin;

namespace Appliance.Server.Commands.Checks;

/// <summary>A server that runs is asked how it is: what it holds cannot be examined beside it.</summary>
internal static class ServerChecks
{
    private const string Name = "server";

    /// <summary>False when no server runs.</summary>
    public static async Task<bool> ExamineAsync(CheckList list, ParseResult parsed, CommandEnvironment environment)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var asking = environment with
        {
            Output = output,
            Error = error,
            Terminal = false,
            Arguments = ["status", "--json"],
        };
        try
        {
            var exitCode = await AdminClient.TryRunAsync(parsed, asking, CancellationToken.None).ConfigureAwait(false);
            if (exitCode == ExitCode.Ok)
            {
                Report(list, output.ToString(), environment.Time.GetUtcNow());
            }
            else if (exitCode is not null)
            {
                list.Warn(Name, $"A server runs and does not tell this user how it is: {error.ToString().Trim()}");
            }

            return exitCode is not null;
        }
        catch (CommandException refusal)
        {
            list.Fail(Name, refusal.Message);
            return true;
        }
    }

    private static void Report(CheckList list, string json, DateTimeOffset now)
    {
        var status = JsonSerializer.Deserialize(json, CommandJson.Default.StatusDocument)!;
        var healthy = status.Slots.Count(slot => slot.Healthy);
        var sentence = string.Create(
            CultureInfo.InvariantCulture,
            $"process {status.Pid} serves since {status.StartedAt:u}; {healthy} of {status.Slots.Count} slots sign");
        if (status.Healthy)
        {
            list.Ok(Name, sentence);
        }
        else
        {
            list.Fail(Name, sentence + "; see: appliance status.");
        }

        if (status.Clock is { } clock)
        {
            TimestampClockChecks.Report(list, clock, now);
        }

        TimestampChecks.Report(list, status.TimestampUnits);
    }
}
