using System.CommandLine;
using System.Globalization;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Auditing;
using Appliance.Server.Commands.Documents;

namespace Appliance.Server.Commands;

/// <summary>`audit prune`: removes records whose retention has ended.</summary>
internal static class AuditPruneCommand
{
    public static AdminCommand Build(CommandEnvironment environment)
    {
        var before = new Option<DateTimeOffset?>("--before")
        {
            Description = "Removes what the newest seal before this time covers.",
            HelpName = "TIME",
            CustomParser = CommandOptions.ParseTime,
            Required = true,
        };
        var exported = new Option<string[]>("--exported")
        {
            Description = "Only what this continuous export has taken: file, syslog or webhook.",
            HelpName = "EXPORT",
        };
        exported.AcceptOnlyFromAmong([.. AuditSinkNames.All]);
        var command = new AdminCommand(
            "prune", "Removes old audit records that a seal covers.", AdminRoles.SecurityOfficer)
        {
            before, exported,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var removal = await AuditRetention.RemoveAsync(
                bench.Loop,
                parsed.GetValue(before)!.Value.ToUnixTimeMilliseconds(),
                parsed.GetValue(exported) ?? [],
                bench.Actor,
                environment.Time.GetUtcNow().ToUnixTimeMilliseconds(),
                cancellationToken).ConfigureAwait(false);
            Answer(bench.Reply, removal);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Answer(CommandReply reply, AuditRemoval removal)
    {
        if (reply.Json)
        {
            reply.Write(
                new AuditPruneDocument(removal.Seal, removal.Chains, removal.Records),
                CommandJson.Default.AuditPruneDocument);
            return;
        }

        reply.Say(removal.Seal is { } seal
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Removed {removal.Records} records of {removal.Chains} chains, up to what seal {seal} covers.")
            : "No seal is that old: nothing was removed.");
    }
}
