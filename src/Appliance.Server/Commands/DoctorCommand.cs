using System.CommandLine;
using Appliance.Server.Commands.Checks;
using Appliance.Server.Commands.Documents;

namespace Appliance.Server.Commands;

/// <summary>`doctor`: everything that can be wrong before serving, in one list.</summary>
internal static class DoctorCommand
{
    public static Command Build(CommandEnvironment environment)
    {
        var forcePin = new Option<bool>("--force-pin")
        {
            Description = "Tries the PIN once though the token refused one before; say so only when it is right now.",
        };
        var command = new Command("doctor", "Checks everything that serving needs and lists all that is wrong.")
        {
            forcePin,
        };
        command.SetAction(async (parsed, _) =>
        {
            var checks = await Doctor.ExamineAsync(parsed, environment, parsed.GetValue(forcePin))
                .ConfigureAwait(false);
            var healthy = !checks.Exists(check => check.Result == CheckResult.Failed);
            Answer(CommandReply.For(parsed, environment), checks, healthy);
            return healthy ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static void Answer(CommandReply reply, List<Check> checks, bool healthy)
    {
        if (reply.Json)
        {
            CheckDocument[] documents =
                [.. checks.Select(check => new CheckDocument(check.Name, NameOf(check.Result), check.Detail))];
            reply.Write(new DoctorDocument(healthy, documents), CommandJson.Default.DoctorDocument);
            return;
        }

        reply.Table(
            ["Result", "Check", "Found"],
            checks.Select(check => new[] { Mark(check.Result), check.Name, check.Detail }));
        reply.Say(healthy ? "Ready to serve." : "Not ready to serve; see the failed checks.");
    }

    private static string NameOf(CheckResult result) => result switch
    {
        CheckResult.Ok => "ok",
        CheckResult.Warning => "warning",
        CheckResult.Skipped => "skipped",
        _ => "failed",
    };

    private static string Mark(CheckResult result) => result switch
    {
        CheckResult.Ok => "ok",
        CheckResult.Warning => "WARN",
        CheckResult.Skipped => "skip",
        _ => "FAIL",
    };
}
