using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Appliance.Identity;
using Appliance.Storage;

namespace Appliance.Server.Commands.Clients;

/// <summary>`client secret add` and `revoke`, `client key add`, `client certificate add`.</summary>
internal static class ClientSecretCommands
{
    private const int KeyFileLimit = 64 * 1024;
    private const int MostDays = 3_660;

    public static Command BuildSecret(CommandEnvironment environment)
        => new("secret", "Secrets that a client proves itself with.")
        {
            BuildAddSecret(environment),
            BuildRevoke(environment),
        };

    public static Command BuildKey(CommandEnvironment environment)
        => new("key", "Public keys of a client's assertions (private_key_jwt).") { BuildAddKey(environment) };

    public static Command BuildCertificate(CommandEnvironment environment)
        => new("certificate", "Certificates of a client's mutual TLS.") { BuildAddCertificate(environment) };

    private static AdminCommand BuildAddSecret(CommandEnvironment environment)
    {
        var (client, days) = (ClientCommands.Client(), Days());
        var command = new AdminCommand(
            "add", "Makes a secret beside those that are there, and tells it once.", AdminRoles.SecurityOfficer)
        {
            client, days,
        };
        command.SetAction(environment, (parsed, cancellationToken) => AddAsync(
            parsed,
            environment,
            client,
            days,
            async (secrets, id, life) => await secrets.AddSecretAsync(id, life, cancellationToken)
                .ConfigureAwait(false)));
        return command;
    }

    private static AdminCommand BuildAddKey(CommandEnvironment environment)
    {
        var (client, days) = (ClientCommands.Client(), Days());
        var file = new Option<FileInfo>("--file")
        {
            Description = "The public key in PEM (BEGIN PUBLIC KEY): RSA, P-256 or P-384.",
            HelpName = "key.pem",
            Required = true,
        };
        var keyId = new Option<string?>("--kid")
        {
            Description = "The kid of its assertions; without it the key serves whatever they say.",
            HelpName = "K",
        };
        var command = new AdminCommand(
            "add", "Registers a public key for assertions.", AdminRoles.SecurityOfficer)
        {
            client, file, keyId, days,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var key = await ReadPemAsync(
                environment, parsed.GetRequiredValue(file), "PUBLIC KEY", cancellationToken).ConfigureAwait(false);
            return await AddAsync(parsed, environment, client, days, async (secrets, id, life) =>
            {
                var row = await secrets
                    .AddKeyAsync(id, key, parsed.GetValue(keyId) ?? "", life, cancellationToken)
                    .ConfigureAwait(false);
                return (row, null);
            }).ConfigureAwait(false);
        });
        return command;
    }

    private static AdminCommand BuildAddCertificate(CommandEnvironment environment)
    {
        var (client, days) = (ClientCommands.Client(), Days());
        var file = new Option<FileInfo>("--file")
        {
            Description = "The certificate in PEM.",
            HelpName = "client.pem",
            Required = true,
        };
        var anyWithKey = new Option<bool>("--any-with-key")
        {
            Description = "Take every certificate with this key, renewed ones too.",
        };
        var command = new AdminCommand(
            "add", "Registers a certificate for mutual TLS (RFC 8705).", AdminRoles.SecurityOfficer)
        {
            client, file, anyWithKey, days,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var certificate = await ReadPemAsync(
                environment, parsed.GetRequiredValue(file), "CERTIFICATE", cancellationToken).ConfigureAwait(false);
            return await AddAsync(parsed, environment, client, days, async (secrets, id, life) =>
            {
                var row = await secrets
                    .AddCertificateAsync(id, certificate, parsed.GetValue(anyWithKey), life, cancellationToken)
                    .ConfigureAwait(false);
                return (row, null);
            }).ConfigureAwait(false);
        });
        return command;
    }

    private static AdminCommand BuildRevoke(CommandEnvironment environment)
    {
        var client = ClientCommands.Client();
        var secret = new Option<Guid>("--id")
        {
            Description = "The secret, key or certificate: see client show.",
            HelpName = "ID",
            Required = true,
        };
        var endTokens = new Option<bool>("--end-tokens")
        {
            Description = "End the client's tokens too: somebody may have got one by it.",
        };
        var command = new AdminCommand(
            "revoke",
            "Withdraws a secret, key or certificate.",
            AdminRoles.Operator | AdminRoles.SecurityOfficer)
        {
            client, secret, endTokens,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = ClientDescriptions.Find(bench, parsed.GetRequiredValue(client));
            await bench.ClientSecrets
                .RevokeAsync(row.Id, parsed.GetValue(secret), parsed.GetValue(endTokens), cancellationToken)
                .ConfigureAwait(false);
            ClientDescriptions.Answer(bench, row);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<int> Days() => new("--days")
    {
        Description = $"How long it is good, 1 to {MostDays} days.",
        HelpName = "N",
        DefaultValueFactory = static _ => 365,
    };

    private static async Task<int> AddAsync(
        ParseResult parsed,
        CommandEnvironment environment,
        Option<string> client,
        Option<int> days,
        Func<ClientSecrets, Guid, TimeSpan, Task<(ClientSecretRow Row, string? Secret)>> add)
    {
        if (parsed.GetValue(days) is not (>= 1 and <= MostDays) and var wrong)
        {
            throw new CommandException($"--days {wrong} is not 1 to {MostDays}.");
        }

        var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
        await using var _ = bench.ConfigureAwait(false);
        var row = ClientDescriptions.Find(bench, parsed.GetRequiredValue(client));
        var (added, secret) = await add(
            bench.ClientSecrets, row.Id, TimeSpan.FromDays(parsed.GetValue(days))).ConfigureAwait(false);
        var document = ClientDescriptions.Describe(bench, added, secret);
        if (bench.Reply.Json)
        {
            bench.Reply.Write(document, CommandJson.Default.ClientSecretDocument);
        }

        bench.Reply.Say(
            $"{document.Kind} {document.Id:D} of client {row.Name}, client_id {row.Id:D}, "
            + $"until {document.ValidUntil:u}.");
        if (secret is not null)
        {
            bench.Reply.Say($"client_secret, shown only now: {secret}");
        }

        return ExitCode.Ok;
    }

    private static async Task<byte[]> ReadPemAsync(
        CommandEnvironment environment, FileInfo file, string label, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetString(
            await environment.Caller.ReadFileAsync(file, KeyFileLimit, cancellationToken).ConfigureAwait(false));
        if (PemEncoding.TryFind(text, out var fields)
            && string.Equals(text[fields.Label], label, StringComparison.Ordinal))
        {
            return Convert.FromBase64String(text[fields.Base64Data]);
        }

        throw new CommandException($"{file} holds no PEM that begins with -----BEGIN {label}-----.");
    }
}
