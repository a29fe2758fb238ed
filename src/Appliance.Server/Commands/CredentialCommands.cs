using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.Server.Commands.Documents;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>`credential import`, `credential list`, and `credential create` beside it.</summary>
internal static class CredentialCommands
{
    private const int ChainFileLimit = 1024 * 1024;

    public static Command Build(CommandEnvironment environment) => new("credential", "Keys and their certificates.")
    {
        new CredentialCreateCommand().Build(environment),
        BuildImport(environment),
        BuildList(environment),
    };

    private static Command BuildImport(CommandEnvironment environment)
    {
        var id = new Option<Guid>("--id") { Description = "The credential.", Required = true };
        var certificates = new Option<FileInfo>("--certificates")
        {
            Description = "PEM file with the leaf and its CAs, in any order.",
            HelpName = "chain.pem",
            Required = true,
        };
        var command = new Command("import", "Takes the CA's answer to a credential's CSR.") { id, certificates };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var file = parsed.GetRequiredValue(certificates);
            if (file.Exists && file.Length > ChainFileLimit)
            {
                throw new CommandException($"{file.FullName} is larger than 1 MiB; that is no certificate chain.");
            }

            var pem = await File.ReadAllTextAsync(file.FullName, cancellationToken).ConfigureAwait(false);
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = await bench.Provisioning
                .ImportCertificatesAsync(parsed.GetValue(id), pem, cancellationToken)
                .ConfigureAwait(false);
            Answer(bench.Reply, Describe(row, bench.UserNameOf(row.SignerId)));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildList(CommandEnvironment environment)
    {
        var user = CommandOptions.User(required: false);
        var command = new Command("list", "Lists credentials, oldest first.") { user };
        command.SetAction(async (parsed, _) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            var list = List(bench, parsed.GetValue(user));
            if (bench.Reply.Json)
            {
                bench.Reply.Write(list, CommandJson.Default.IReadOnlyListCredentialDocument);
                return ExitCode.Ok;
            }

            bench.Reply.Table(
                ["Credential", "User", "Algorithm", "State", "SCAL", "Multisign", "Valid until", "Description"],
                list.Select(ToCells));
            return ExitCode.Ok;
        });
        return command;
    }

    private static List<CredentialDocument> List(Workbench bench, string? user)
    {
        Guid? signer = user is null ? null : bench.FindSigner(user).Signer.Id;
        var names = new Dictionary<Guid, string>();
        var list = new List<CredentialDocument>();
        foreach (var row in bench.Composition.ListCredentials(signer))
        {
            if (!names.TryGetValue(row.SignerId, out var name))
            {
                names.Add(row.SignerId, name = bench.UserNameOf(row.SignerId));
            }

            list.Add(Describe(row, name));
        }

        return list;
    }

    internal static void Answer(CommandReply reply, CredentialDocument document)
    {
        if (reply.Json)
        {
            reply.Write(document, CommandJson.Default.CredentialDocument);
            return;
        }

        var until = document.NotAfter is { } end ? $", valid until {end:u}" : "";
        reply.Say($"Credential {document.Id:D} of {document.User}: {document.Algorithm}, {document.State}{until}.");
    }

    private static IReadOnlyList<string> ToCells(CredentialDocument document) =>
    [
        document.Id.ToString("D"),
        document.User,
        document.Algorithm,
        document.State,
        document.Scal.ToString(CultureInfo.InvariantCulture),
        document.Multisign.ToString(CultureInfo.InvariantCulture),
        document.NotAfter?.ToString("u") ?? "",
        document.Description,
    ];

    internal static CredentialDocument Describe(CredentialRow row, string user)
    {
        var chain = new StringBuilder();
        foreach (var certificate in row.Certificates)
        {
            chain.Append(PemEncoding.Write("CERTIFICATE", certificate)).Append('\n');
        }

        var pending = row.Certificates.Count == 0;
        return new CredentialDocument
        {
            Id = row.Id,
            User = user,
            Algorithm = AlgorithmName.Of((Pkcs11.KeyAlgorithm)row.KeyAlgorithm),
            State = row.State.ToString().ToLowerInvariant(),
            Scal = row.Scal,
            Multisign = row.Multisign,
            Extension = PolicyNames.Of(row.Extension),
            SadReuse = PolicyNames.Of(row.SadReuse),
            Metered = row.Metered,
            Description = row.Description,
            NotBefore = pending ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.NotBefore),
            NotAfter = pending ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.NotAfter),
            CertificatePem = pending ? null : PemEncoding.WriteString("CERTIFICATE", row.Certificates[0]) + "\n",
            ChainPem = pending ? null : chain.ToString(),
        };
    }
}
