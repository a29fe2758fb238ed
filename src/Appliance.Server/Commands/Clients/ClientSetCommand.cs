using System.CommandLine;
using Appliance.Identity;

namespace Appliance.Server.Commands.Clients;

/// <summary>`client create` and `client set`, which take the same options.</summary>
internal sealed class ClientSetCommand(bool isNew)
{
    private readonly Option<string> _client = ClientCommands.Client();

    private readonly Option<string?> _organisation = new("--organisation")
    {
        Description = "User name of the organisation that it belongs to.",
        HelpName = "U",
    };

    private readonly Option<string?> _operations = new("--operations")
    {
        Description = $"What it may do: some of {ClientNames.Operations}"
            + (isNew ? " (default: read,authorize,sign)." : "."),
        HelpName = "O,O",
    };

    private readonly Option<string?> _reach = new("--reach")
    {
        Description = $"With which credentials: {ClientNames.Reaches}" + (isNew ? " (default: listed)." : "."),
        HelpName = "R",
    };

    private readonly Option<int?> _rate = new("--rate")
    {
        Description = "Calls a second on each node; 0 for no limit.",
        HelpName = "N",
    };

    private readonly Option<int?> _burst = new("--burst")
    {
        Description = "How many of them at once after a rest (default: a second's).",
        HelpName = "N",
    };

    private readonly Option<int?> _concurrency = new("--concurrency")
    {
        Description = "Calls in work at a time on each node; 0 for no limit.",
        HelpName = "N",
    };

    private readonly Option<string?> _timestamps = new("--timestamps-per-day")
    {
        Description = "Time stamps on a day (UTC) on all nodes together: a number, none (no limit), or default (what "
            + "Timestamping:ClientsPerDay says).",
        HelpName = "N|none|default",
    };

    public AdminCommand Build(CommandEnvironment environment)
    {
        var command = new AdminCommand(
            isNew ? "create" : "set",
            isNew ? "Adds a client; give it a secret, key or certificate next." : "Changes what a client may do.",
            AdminRoles.SecurityOfficer)
        {
            _client, _organisation, _operations, _reach, _rate, _burst, _concurrency, _timestamps,
        };
        command.SetAction(environment, (parsed, cancellationToken) => RunAsync(parsed, environment, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(
        ParseResult parsed, CommandEnvironment environment, CancellationToken cancellationToken)
    {
        var operations = ClientNames.ParseOperations(parsed.GetValue(_operations));
        var reach = ClientNames.ParseReach(parsed.GetValue(_reach));
        var timestamps = ClientNames.ParseTimestamps(parsed.GetValue(_timestamps));
        var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
        await using var _ = bench.ConfigureAwait(false);
        Guid? organisation = parsed.GetValue(_organisation) is { } user ? bench.FindSigner(user).Signer.Id : null;
        var order = new ClientOrder
        {
            OrganisationId = organisation,
            Operations = operations,
            Reach = reach,
            Rate = parsed.GetValue(_rate),
            Burst = parsed.GetValue(_burst),
            Concurrency = parsed.GetValue(_concurrency),
            TimestampsPerDay = timestamps,
        };
        var name = parsed.GetRequiredValue(_client);
        var row = isNew
            ? await bench.Clients.CreateAsync(name, order, cancellationToken).ConfigureAwait(false)
            : await bench.Clients
                .ChangeAsync(ClientDescriptions.Find(bench, name).Id, order, cancellationToken)
                .ConfigureAwait(false);
        ClientDescriptions.Answer(bench, row);
        if (isNew)
        {
            bench.Reply.Say($"Next: appliance client secret add --client {row.Name}");
        }

        return ExitCode.Ok;
    }
}
