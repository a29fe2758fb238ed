using System.Globalization;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;

namespace Appliance.Server.Commands;

/// <summary>`signer limit` and `signer restore`, of organisations as well.</summary>
internal static class SignerLimitCommands
{
    public static AdminCommand BuildLimit(CommandEnvironment environment) => Build(
        environment,
        "limit",
        "Takes a signer out of service at once, on every node: credentials, activations, tokens.",
        "limited",
        static (bench, id, token) => bench.Limits.LimitAsync(id, bench.Actor, null, token));

    public static AdminCommand BuildRestore(CommandEnvironment environment) => Build(
        environment,
        "restore",
        "Brings a limited signer back, with the credentials that the limit suspended.",
        "active",
        static (bench, id, token) => bench.Limits.RestoreAsync(id, bench.Actor, null, token));

    private static AdminCommand Build(
        CommandEnvironment environment,
        string name,
        string description,
        string state,
        Func<Workbench, Guid, CancellationToken, Task<Limitation>> change)
    {
        var signer = CommandOptions.Signer();
        var command = new AdminCommand(name, description, AdminRoles.Operator) { signer };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = bench.FindSignerBy(parsed.GetRequiredValue(signer));
            var done = await change(bench, row.Id, cancellationToken).ConfigureAwait(false);
            if (bench.Reply.Json)
            {
                bench.Reply.Write(
                    new LimitDocument(row.Id, state, done.Credentials, done.Tokens, done.Activations),
                    CommandJson.Default.LimitDocument);
                return ExitCode.Ok;
            }

            bench.Reply.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.UserName} is {state}: {done.Credentials.Count} credentials changed, {done.Tokens} tokens and "
                + $"{done.Activations} activations ended."));
            return ExitCode.Ok;
        });
        return command;
    }
}
