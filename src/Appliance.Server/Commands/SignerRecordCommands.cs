using System.CommandLine;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;

namespace Appliance.Server.Commands;

/// <summary>`signer export`, `restrict`, `lift` and `erase`: what a person may ask of its data.</summary>
internal static class SignerRecordCommands
{
    public static AdminCommand BuildExport(CommandEnvironment environment)
    {
        var signer = CommandOptions.Signer();
        var command = new AdminCommand(
            "export", "Tells in JSON all that is kept of a signer, without secrets.", AdminRoles.SecurityOfficer)
        {
            signer,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = bench.FindSignerBy(parsed.GetRequiredValue(signer));
            await bench.Records.RecordExportAsync(row.Id, cancellationToken).ConfigureAwait(false);

            // The answer is JSON for people too: it is to be handed on.
            bench.Reply.Write(
                SignerExport.Read(bench, row, environment.Time.GetUtcNow()),
                CommandJson.Default.SignerExportDocument);
            return ExitCode.Ok;
        });
        return command;
    }

    public static AdminCommand BuildRestrict(CommandEnvironment environment) => BuildState(
        environment,
        "restrict",
        "Has a signer's data merely kept, from this command's end on: nothing is signed with or sent to it.",
        static (bench, id, cancellationToken) => bench.Records.RestrictAsync(id, cancellationToken));

    public static AdminCommand BuildLift(CommandEnvironment environment) => BuildState(
        environment,
        "lift",
        "Lifts a restriction: the signer is what it was before.",
        static (bench, id, cancellationToken) => bench.Records.LiftAsync(id, cancellationToken));

    public static AdminCommand BuildErase(CommandEnvironment environment)
    {
        var signer = CommandOptions.Signer();
        var yes = new Option<bool>("--yes") { Description = "Needed, for it cannot be undone." };
        var command = new AdminCommand(
            "erase", "Removes what is known of a person for good; the evidence stays.", AdminRoles.SecurityOfficer)
        {
            signer, yes,
        };
        command.SetAction(environment, async (parsed, _) =>
        {
            if (!parsed.GetValue(yes))
            {
                throw new CommandException("What is erased cannot be had back; say --yes.");
            }

            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            var row = bench.FindSignerBy(parsed.GetRequiredValue(signer));
            var credentials = bench.Composition.ListCredentials(row.Id).Select(credential => credential.Id).ToList();

            // Not cancellable from here: whoever asked must know whether it is done.
            var isGone = await bench.Records.EraseAsync(row.Id, CancellationToken.None).ConfigureAwait(false);
            credentials.ForEach(bench.Forget);
            Answer(bench, row.Id);
            bench.Reply.Say($"Its {credentials.Count} credentials are off for good; the token has their keys still.");
            if (bench.Store.IsShared)
            {
                bench.Reply.Say("The database's files hold it until they are vacuumed: see docs/operations.md.");
            }
            else if (!isGone)
            {
                bench.Reply.Warn("The store's log holds it until a reader lets go of that, seconds as a rule.");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildState(
        CommandEnvironment environment,
        string name,
        string description,
        Func<Workbench, Guid, CancellationToken, Task> change)
    {
        var signer = CommandOptions.Signer();
        var command = new AdminCommand(name, description, AdminRoles.SecurityOfficer) { signer };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = bench.FindSignerBy(parsed.GetRequiredValue(signer));
            await change(bench, row.Id, cancellationToken).ConfigureAwait(false);
            Answer(bench, row.Id);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Answer(Workbench bench, Guid id)
    {
        var row = bench.Store.Read(id, static (connection, id) => connection.Signers.Find(id))!;
        var state = row.State.ToString().ToLowerInvariant();
        if (bench.Reply.Json)
        {
            bench.Reply.Write(new SignerStateDocument(id, state), CommandJson.Default.SignerStateDocument);
        }

        bench.Reply.Say($"Signer {id:D} is {state}.");
    }
}
