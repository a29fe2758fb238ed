using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Commands.Imports;

namespace Appliance.Server.Commands;

/// <summary>`signer add` and `signer import`, and the other commands of signers beside them.</summary>
internal static class SignerCommands
{
    private const int ImportFileLimit = 16 * 1024 * 1024;

    public static Command Build(CommandEnvironment environment) => new("signer", "Who signs.")
    {
        BuildAdd(environment),
        BuildImport(environment),
        SignerProfileCommands.Build(environment),
        SignerLimitCommands.BuildLimit(environment),
        SignerLimitCommands.BuildRestore(environment),
        SignerContactCommand.Build(environment),
        SignerRecordCommands.BuildExport(environment),
        SignerRecordCommands.BuildRestrict(environment),
        SignerRecordCommands.BuildLift(environment),
        SignerRecordCommands.BuildErase(environment),
    };

    private static AdminCommand BuildAdd(CommandEnvironment environment)
    {
        var user = CommandOptions.User();
        var name = new Option<string>("--name")
        {
            Description = "Name shown to people.",
            HelpName = "N",
            Required = true,
        };
        var passwordFile = new Option<FileInfo?>("--password-file")
        {
            Description = "File whose first line is the password; without it the password is prompted for.",
            HelpName = "F",
        };
        var kind = new Option<string>("--kind")
        {
            Description = string.Join(", ", PolicyNames.Kinds) + ".",
            HelpName = "K",
            DefaultValueFactory = static _ => PolicyNames.Kinds[0],
        };
        var email = CommandOptions.Email();
        var phone = CommandOptions.Phone();
        var language = CommandOptions.Language();
        var command = new AdminCommand("add", "Adds a signer with a password.", AdminRoles.Operator)
        {
            user, name, passwordFile, kind, email, phone, language,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var profileKind = PolicyNames.ParseKind(parsed.GetValue(kind));
            var contact = SignerContactCommand.Read(
                parsed.GetValue(email), parsed.GetValue(phone), parsed.GetValue(language));
            var password = await environment.Caller
                .ReadPasswordAsync(parsed.GetValue(passwordFile), cancellationToken)
                .ConfigureAwait(false);
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var added = await bench.Directory
                .AddSignerAsync(
                    parsed.GetRequiredValue(user)!,
                    parsed.GetRequiredValue(name),
                    password,
                    cancellationToken,
                    profileKind,
                    contact)
                .ConfigureAwait(false);
            var (signer, profile) = bench.FindSigner(added.SignerId);
            if (bench.Reply.Json)
            {
                bench.Reply.Write(
                    new SignerDocument(signer.Id, signer.UserName, signer.DisplayName, profile.Id),
                    CommandJson.Default.SignerDocument);
            }

            bench.Reply.Say($"Signer {signer.Id:D}: {signer.DisplayName}, signs in as {signer.UserName}.");
            bench.Reply.Say($"Next: appliance factor enrol --user {signer.UserName}; "
                + $"appliance credential create --user {signer.UserName} --algorithm RSA-2048");
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildImport(CommandEnvironment environment)
    {
        var file = new Argument<FileInfo>("FILE")
        {
            Description = "JSON array of {user, name, password, kind, email, phone, language, factor, credentials: "
                + "[{algorithm, multisign, scal, extension, sadReuse, package, years, description}]}.",
        };
        var command = new AdminCommand(
            "import",
            "Adds signers with factors and credentials, all or none; tells their secrets in JSON.",
            AdminRoles.Operator)
        {
            file,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var signers = await ReadAsync(environment.Caller, parsed.GetRequiredValue(file), cancellationToken)
                .ConfigureAwait(false);
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var made = await new SignerImport(bench, environment.Time)
                .RunAsync(signers, cancellationToken)
                .ConfigureAwait(false);

            // The answer is JSON for people too: it exists to be kept.
            bench.Reply.Write(made, CommandJson.Default.IReadOnlyListImportedSigner);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<IReadOnlyList<ImportSigner>> ReadAsync(
        ICommandCaller caller, FileInfo file, CancellationToken cancellationToken)
    {
        var json = await caller.ReadFileAsync(file, ImportFileLimit, cancellationToken).ConfigureAwait(false);
        try
        {
            var start = json.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
            return JsonSerializer.Deserialize(json.AsSpan(start), CommandJson.Default.IReadOnlyListImportSigner)
                ?? throw new CommandException($"{file} holds null; write an array of signers.");
        }
        finally
        {
            // Passwords may be in it.
            CryptographicOperations.ZeroMemory(json);
        }
    }
}
