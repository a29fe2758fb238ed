using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;
using Appliance.Signing.Provisioning;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>`credential create`, `import`, `list`, `suspend`, `resume` and `revoke`.</summary>
internal static class CredentialCommands
{
    private const int ChainFileLimit = 1024 * 1024;

    public static Command Build(CommandEnvironment environment) => new("credential", "Keys and their certificates.")
    {
        BuildCreate(environment),
        BuildImport(environment),
        BuildList(environment),
        BuildState(
            environment,
            new AdminCommand(
                "suspend",
                "Switches a credential off for now, from this command's end on.",
                AdminRoles.Operator | AdminRoles.SecurityOfficer),
            CredentialState.Suspended),
        BuildState(
            environment,
            new AdminCommand("resume", "Switches a suspended credential on.", AdminRoles.SecurityOfficer),
            CredentialState.Enabled),
        BuildState(
            environment,
            new AdminCommand(
                "revoke", "Switches a credential off for good; the token keeps its key.", AdminRoles.SecurityOfficer),
            CredentialState.Disabled),
    };

    private static AdminCommand BuildCreate(CommandEnvironment environment)
    {
        var user = CommandOptions.User();
        var algorithm = new Option<string>("--algorithm")
        {
            Description = string.Join(", ", AlgorithmName.All) + ".",
            HelpName = "A",
            Required = true,
        };
        var years = new Option<int>("--years")
        {
            Description = "Validity of the certificate from the demo CA: 1, 2 or 3.",
            DefaultValueFactory = static _ => 1,
        };
        var notBefore = new Option<DateTimeOffset?>("--not-before")
        {
            Description = "Start of the validity, ISO 8601; UTC where no offset is given (default: now).",
            HelpName = "T",
            CustomParser = CommandOptions.ParseTime,
        };
        var scal = new Option<int>("--scal")
        {
            Description = "2: an authorisation is bound to the hashes; 1: to their number only.",
            DefaultValueFactory = static _ => 2,
        };
        var multisign = new Option<int>("--multisign")
        {
            Description = "The most signatures one authorisation may cover.",
            HelpName = "N",
            DefaultValueFactory = static _ => 1,
        };
        var description = new Option<string>("--description")
        {
            Description = "Free text.",
            HelpName = "D",
            DefaultValueFactory = static _ => "",
        };
        var csr = new Option<FileInfo?>("--csr")
        {
            Description = "Write a PKCS#10 request (PEM) to this file; the credential waits for `credential import`.",
            HelpName = "FILE",
        };
        var command = new AdminCommand(
            "create", "Makes a key pair in the token and gets a certificate.", AdminRoles.Operator)
        {
            user, algorithm, years, notBefore, scal, multisign, description, csr,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var keyAlgorithm = AlgorithmName.Parse(parsed.GetRequiredValue(algorithm));
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var (signer, profile) = bench.FindSigner(parsed.GetRequiredValue(user)!);
            var order = new CredentialOrder
            {
                SignerId = signer.Id,
                ProfileId = profile.Id,
                Subject = Workbench.SubjectOf(signer.Id, signer.DisplayName),
                Algorithm = keyAlgorithm,
                Years = parsed.GetValue(years),
                NotBefore = parsed.GetValue(notBefore),
                Scal = parsed.GetValue(scal),
                Multisign = parsed.GetValue(multisign),
                Description = parsed.GetValue(description) ?? "",
                SigningRequest = parsed.GetValue(csr) is not null,
            };
            await CreateAsync(bench, environment.Caller, order, signer, parsed.GetValue(csr), cancellationToken)
                .ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task CreateAsync(
        Workbench bench,
        ICommandCaller caller,
        CredentialOrder order,
        SignerRow signer,
        FileInfo? csr,
        CancellationToken cancellationToken)
    {
        // Made first: a key whose CSR cannot be written is of no use.
        if (csr is not null)
        {
            await caller.WriteFileAsync(csr, [], secret: false, cancellationToken).ConfigureAwait(false);
        }

        var made = await bench.Provisioning.CreateAsync(order, cancellationToken).ConfigureAwait(false);
        if (csr is not null && made.SigningRequest is not null)
        {
            var pem = PemEncoding.WriteString("CERTIFICATE REQUEST", made.SigningRequest) + "\n";
            await caller.WriteFileAsync(csr, Encoding.ASCII.GetBytes(pem), secret: false, CancellationToken.None)
                .ConfigureAwait(false);
        }

        Answer(bench.Reply, Describe(made.Row, signer.UserName));
        if (csr is not null)
        {
            bench.Reply.Say($"The request is in {csr}; then: appliance credential import --id {made.Row.Id:D} "
                + "--certificates chain.pem");
        }
    }

    private static AdminCommand BuildImport(CommandEnvironment environment)
    {
        var id = new Option<Guid>("--id") { Description = "The credential.", Required = true };
        var certificates = new Option<FileInfo>("--certificates")
        {
            Description = "PEM file with the leaf and its CAs, in any order.",
            HelpName = "chain.pem",
            Required = true,
        };
        var command = new AdminCommand(
            "import", "Takes the CA's answer to a credential's CSR.", AdminRoles.Operator)
        {
            id, certificates,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var file = parsed.GetRequiredValue(certificates);
            var pem = Encoding.UTF8.GetString(
                await environment.Caller.ReadFileAsync(file, ChainFileLimit, cancellationToken).ConfigureAwait(false));
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = await bench.Provisioning
                .ImportCertificatesAsync(parsed.GetValue(id), pem, cancellationToken)
                .ConfigureAwait(false);
            bench.Forget(row.Id);
            Answer(bench.Reply, Describe(row, bench.UserNameOf(row.SignerId)));
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildState(
        CommandEnvironment environment, AdminCommand command, CredentialState state)
    {
        var id = new Option<Guid>("--id") { Description = "The credential.", Required = true };
        command.Add(id);
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = await bench.Provisioning
                .SetStateAsync(parsed.GetValue(id), state, cancellationToken)
                .ConfigureAwait(false);
            bench.Forget(row.Id);
            Answer(bench.Reply, Describe(row, bench.UserNameOf(row.SignerId)));
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildList(CommandEnvironment environment)
    {
        var user = CommandOptions.User(required: false);
        var command = new AdminCommand("list", "Lists credentials, oldest first.", AdminRoles.None, changes: false)
        {
            user,
        };
        command.SetAction(environment, async (parsed, _) =>
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

    private static void Answer(CommandReply reply, CredentialDocument document)
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

    private static CredentialDocument Describe(CredentialRow row, string user)
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
            Description = row.Description,
            NotBefore = pending ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.NotBefore),
            NotAfter = pending ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.NotAfter),
            CertificatePem = pending ? null : PemEncoding.WriteString("CERTIFICATE", row.Certificates[0]) + "\n",
            ChainPem = pending ? null : chain.ToString(),
        };
    }
}
