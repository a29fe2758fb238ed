using System.CommandLine;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;
using Appliance.Storage;

namespace Appliance.Server.Commands.Clients;

/// <summary>
/// `client create`, `set`, `list`, `show`, `suspend`, `resume`, `end` and `credential`, and what clients prove
/// themselves with beside them.
/// </summary>
internal static class ClientCommands
{
    private const int SecondsOfDay = 86_400;

    public static Command Build(CommandEnvironment environment)
        => new("client", "Applications that call in their own name.")
        {
            new ClientSetCommand(isNew: true).Build(environment),
            new ClientSetCommand(isNew: false).Build(environment),
            BuildList(environment),
            BuildShow(environment),
            ClientSecretCommands.BuildSecret(environment),
            ClientSecretCommands.BuildKey(environment),
            ClientSecretCommands.BuildCertificate(environment),
            new Command("credential", "Which credentials a client of reach listed may use.")
            {
                BuildCredential(
                    environment,
                    new AdminCommand("add", "Lets a client use a credential.", AdminRoles.SecurityOfficer),
                    static (clients, client, credential, cancellationToken)
                        => clients.AddCredentialAsync(client, credential, cancellationToken)),
                BuildCredential(
                    environment,
                    new AdminCommand(
                        "remove",
                        "Takes a credential from a client, from this command's end on.",
                        AdminRoles.Operator | AdminRoles.SecurityOfficer),
                    static (clients, client, credential, cancellationToken)
                        => clients.RemoveCredentialAsync(client, credential, cancellationToken)),
            },
            BuildState(
                environment,
                new AdminCommand(
                    "suspend",
                    "Stops a client for now, from this command's end on; its tokens are ended.",
                    AdminRoles.Operator | AdminRoles.SecurityOfficer),
                ClientState.Suspended),
            BuildState(
                environment,
                new AdminCommand("resume", "Lets a suspended client go on.", AdminRoles.SecurityOfficer),
                ClientState.Active),
            BuildState(
                environment,
                new AdminCommand("end", "Stops a client for good.", AdminRoles.SecurityOfficer),
                ClientState.Ended),
        };

    public static Option<string> Client() => new("--client")
    {
        Description = "The client's name.",
        HelpName = "NAME",
        Required = true,
    };

    private static AdminCommand BuildList(CommandEnvironment environment)
    {
        var command = new AdminCommand("list", "Lists clients, oldest first.", AdminRoles.None, changes: false);
        command.SetAction(environment, async (parsed, _) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            var list = new List<ClientDocument>();
            for (var after = Guid.Empty; ;)
            {
                var from = after;
                var page = bench.Store.Read(connection => connection.Clients.List(from));
                list.AddRange(page.Select(row => ClientDescriptions.Describe(bench, row)));
                if (page.Count == 0)
                {
                    break;
                }

                after = page[^1].Id;
            }

            if (bench.Reply.Json)
            {
                bench.Reply.Write(list, CommandJson.Default.IReadOnlyListClientDocument);
                return ExitCode.Ok;
            }

            bench.Reply.Table(
                ["Client", "Name", "State", "Organisation", "Reach", "Rate", "At a time", "Stamps a day", "Operations"],
                list.Select(ClientDescriptions.ToCells));
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildShow(CommandEnvironment environment)
    {
        var client = Client();
        var command = new AdminCommand(
            "show", "Tells what a client proves itself with and may use.", AdminRoles.None, changes: false)
        {
            client,
        };
        command.SetAction(environment, async (parsed, _) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            var row = ClientDescriptions.Find(bench, parsed.GetRequiredValue(client));
            var (secrets, credentials, quota) = bench.Store.Read(row.Id, static (connection, id) => (
                connection.ClientSecrets.ListByClient(id),
                connection.ClientCredentials.ListByClient(id),
                connection.TimestampQuotas.Find(id)));
            var today = bench.Composition.Time.GetUtcNow().ToUnixTimeSeconds() / SecondsOfDay;
            var document = ClientDescriptions.Describe(bench, row) with
            {
                Secrets = [.. secrets.Select(secret => ClientDescriptions.Describe(bench, secret))],
                Credentials = [.. credentials.Select(given => given.CredentialId)],
                TimestampsToday = quota is { } counted && counted.Day >= today ? counted.Used : null,
            };
            if (bench.Reply.Json)
            {
                bench.Reply.Write(document, CommandJson.Default.ClientDocument);
                return ExitCode.Ok;
            }

            ClientDescriptions.Answer(bench, row);
            if (document.TimestampsToday is { } used)
            {
                bench.Reply.Say($"Time stamps today (UTC): {used}.");
            }

            bench.Reply.Table(
                ["Secret", "Kind", "State", "Valid until", "kid"],
                document.Secrets.Select(ClientDescriptions.ToCells));
            bench.Reply.Table(["Credential"], document.Credentials.Select(id => (string[])[id.ToString("D")]));
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildState(CommandEnvironment environment, AdminCommand command, ClientState state)
    {
        var client = Client();
        command.Add(client);
        command.SetAction(environment, (parsed, cancellationToken) => ChangeAsync(
            parsed,
            environment,
            client,
            (clients, id) => clients.SetStateAsync(id, state, cancellationToken)));
        return command;
    }

    private static AdminCommand BuildCredential(
        CommandEnvironment environment,
        AdminCommand command,
        Func<ClientDirectory, Guid, Guid, CancellationToken, Task<ClientRow>> change)
    {
        var client = Client();
        var credential = new Option<Guid>("--id") { Description = "The credential.", HelpName = "ID", Required = true };
        command.Add(client);
        command.Add(credential);
        command.SetAction(environment, (parsed, cancellationToken) => ChangeAsync(
            parsed,
            environment,
            client,
            (clients, id) => change(clients, id, parsed.GetValue(credential), cancellationToken)));
        return command;
    }

    private static async Task<int> ChangeAsync(
        ParseResult parsed,
        CommandEnvironment environment,
        Option<string> client,
        Func<ClientDirectory, Guid, Task<ClientRow>> change)
    {
        var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
        await using var _ = bench.ConfigureAwait(false);
        var row = ClientDescriptions.Find(bench, parsed.GetRequiredValue(client));
        ClientDescriptions.Answer(bench, await change(bench.Clients, row.Id).ConfigureAwait(false));
        return ExitCode.Ok;
    }
}
