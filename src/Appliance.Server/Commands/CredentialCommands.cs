using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>`credential list`, `suspend`, `resume` and `revoke`, and `create` and `import` beside them.</summary>
internal static class CredentialCommands
{
    public static Command Build(CommandEnvironment environment) => new("credential", "Keys and their certificates.")
    {
        new CredentialCreateCommand().Build(environment),
        new CredentialImportCommand().Build(environment),
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
            Factors = PolicyNames.Of(row.Factors),
            Metered = row.Metered,
            Wrapped = row.WrappedKey.Length > 0,
            Description = row.Description,
            NotBefore = pending ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.NotBefore),
            NotAfter = pending ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.NotAfter),
            CertificatePem = pending ? null : PemEncoding.WriteString("CERTIFICATE", row.Certificates[0]) + "\n",
            ChainPem = pending ? null : chain.ToString(),
        };
    }
}
