using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Commands.Imports;
using Appliance.Signing.Provisioning;

namespace Appliance.Server.Commands;

/// <summary>
/// `credential import`: takes the CA's answer to a CSR, or adopts keys that the token has: one, many from a file, or
/// none but tells which there are.
/// </summary>
internal sealed class CredentialImportCommand
{
    private const int ChainFileLimit = 1024 * 1024;
    private const int KeyFileLimit = 64 * 1024 * 1024;
    private const int Shown = 50;

    private readonly Option<Guid?> _id = new("--id")
    {
        Description = "The credential whose CSR was answered; with --certificates and nothing else.",
        HelpName = "ID",
    };

    private readonly Option<FileInfo?> _certificates = new("--certificates")
    {
        Description = "PEM file with the leaf and its CAs, in any order; without it the token's are taken.",
        HelpName = "chain.pem",
    };

    private readonly Option<string?> _user = new("--user")
    {
        Description = "Adopts a key of the token for this signer.",
        HelpName = "U",
    };

    private readonly Option<string?> _kind = new("--kind")
    {
        Description = "Which of the signer's profiles: " + string.Join(", ", PolicyNames.Kinds) + ".",
        HelpName = "K",
    };

    private readonly Option<string?> _keyId = new("--key-id") { Description = "CKA_ID, hex.", HelpName = "HEX" };

    private readonly Option<string?> _label = new("--label") { Description = "CKA_LABEL.", HelpName = "L" };

    private readonly Option<FileInfo?> _file = new("--file")
    {
        Description = "Adopts many: a JSON object a line, {user, kind, keyId, label, certificates, scal, multisign, "
            + "extension, sadReuse, factors, package, description}; options say what lines do not.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _list = new("--list")
    {
        Description = "Tells the token's keys that no credential has.",
    };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Finds, checks and proves, and changes nothing.",
    };

    private readonly Option<int?> _scal = new("--scal") { Description = "1 or 2 (default: 2).", HelpName = "N" };

    private readonly Option<int?> _multisign = new("--multisign")
    {
        Description = "The most signatures one authorisation may cover (default: 1).",
        HelpName = "N",
    };

    private readonly Option<string?> _extension = new("--extension")
    {
        Description = "Hashes that an extension may add: " + string.Join(", ", PolicyNames.Extensions) + ".",
        HelpName = "E",
    };

    private readonly Option<string?> _sadReuse = new("--sad-reuse")
    {
        Description = string.Join(" or ", PolicyNames.Reuses) + "; SCAL 1 only.",
        HelpName = "R",
    };

    private readonly Option<string?> _factors = new("--factors")
    {
        Description = "What the signer gives to authorise: " + string.Join(", ", PolicyNames.Factors)
            + ", with commas between them, or none (default: totp).",
        HelpName = "F",
    };

    private readonly Option<int?> _package = new("--package")
    {
        Description = "Transactions of a package until the certificate's end.",
        HelpName = "N",
    };

    private readonly Option<string?> _description = new("--description") { Description = "Free text.", HelpName = "D" };

    private readonly Option<bool> _allowExtractable = new("--allow-extractable")
    {
        Description = "Takes keys that may leave the token.",
    };

    private readonly Option<bool> _allowExpired = new("--allow-expired")
    {
        Description = "Takes certificates that have expired; nothing is signed before they are renewed.",
    };

    public AdminCommand Build(CommandEnvironment environment)
    {
        var command = new AdminCommand(
            "import", "Takes the CA's answer to a CSR, or adopts keys that the token has.", AdminRoles.Operator)
        {
            _id, _certificates, _user, _kind, _keyId, _label, _file, _list, _dryRun, _scal, _multisign, _extension,
            _sadReuse, _factors, _package, _description, _allowExtractable, _allowExpired,
        };
        command.Validators.Add(Validate);
        command.SetAction(environment, (parsed, cancellationToken) => RunAsync(parsed, environment, cancellationToken));
        return command;
    }

    /// <summary>One thing at a time: an answer to a CSR, a list, a file, or one key.</summary>
    private void Validate(CommandResult result)
    {
        var isAnswer = result.GetResult(_id) is not null;
        var isList = result.GetValue(_list);
        var isFile = result.GetResult(_file) is not null;
        var names = result.GetResult(_keyId) is not null || result.GetResult(_label) is not null;
        var hasCertificates = result.GetResult(_certificates) is not null;
        if (isAnswer && (!hasCertificates || isList || isFile || names || result.GetResult(_user) is not null))
        {
            result.AddError("--id takes --certificates and nothing else.");
        }
        else if (isList && (isFile || names || hasCertificates))
        {
            result.AddError("--list takes no key.");
        }
        else if (isFile && (names || hasCertificates))
        {
            result.AddError("--file says which keys; --key-id, --label and --certificates are for one.");
        }
        else if (!isAnswer && !isList && !isFile
            && (result.GetResult(_user) is null || !(names || hasCertificates)))
        {
            result.AddError(
                "Give --id and --certificates for the answer to a CSR; --user and --key-id, --label or --certificates "
                + "for a key of the token; --file for many; --list for what there is.");
        }
    }

    private async Task<int> RunAsync(
        ParseResult parsed, CommandEnvironment environment, CancellationToken cancellationToken)
    {
        // Files first: they are the caller's, and wrong ones cost no login.
        var pem = parsed.GetValue(_certificates) is { } chain
            ? Encoding.UTF8.GetString(await environment.Caller
                .ReadFileAsync(chain, ChainFileLimit, cancellationToken).ConfigureAwait(false))
            : null;
        var lines = parsed.GetValue(_file) is { } file
            ? KeyImport.Parse(await environment.Caller
                .ReadFileAsync(file, KeyFileLimit, cancellationToken).ConfigureAwait(false))
            : null;
        var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
        await using var _ = bench.ConfigureAwait(false);
        if (parsed.GetValue(_id) is { } id)
        {
            return await AnswerAsync(bench, id, pem!, cancellationToken).ConfigureAwait(false);
        }

        var allowExtractable = parsed.GetValue(_allowExtractable);
        var adoption = new KeyAdoption(
            bench.Store, bench.Loop, bench.Composition.Token, bench.Provisioning, bench.Composition.Time);
        if (parsed.GetValue(_list))
        {
            return List(bench.Reply, adoption.ListFree(allowExtractable));
        }

        var import = new KeyImport(
            bench, adoption, parsed.GetValue(_dryRun), allowExtractable, parsed.GetValue(_allowExpired));
        var defaults = Defaults(parsed);
        if (lines is not null)
        {
            return Tell(
                bench.Reply, await import.RunAsync(lines, defaults, cancellationToken).ConfigureAwait(false));
        }

        var key = new ImportKey
        {
            KeyId = parsed.GetValue(_keyId),
            Label = parsed.GetValue(_label),
            Certificates = pem,
        };
        var made = await import.AdoptAsync(null, key, defaults, cancellationToken).ConfigureAwait(false);
        if (bench.Reply.Json)
        {
            bench.Reply.Write(made, CommandJson.Default.AdoptionDocument);
        }

        bench.Reply.Say(made.Status switch
        {
            "present" => $"Credential {made.Id:D} of {made.User} has this key already; nothing was changed.",
            "possible" => $"Key \"{made.Label}\" and its certificate belong together and could be {made.User}'s.",
            _ => $"Credential {made.Id:D} of {made.User}: {made.Algorithm}, adopted, valid until {made.NotAfter:u}.",
        });
        return ExitCode.Ok;
    }

    private static async Task<int> AnswerAsync(
        Workbench bench, Guid id, string pem, CancellationToken cancellationToken)
    {
        var row = await bench.Provisioning.ImportCertificatesAsync(id, pem, cancellationToken).ConfigureAwait(false);
        bench.Forget(row.Id);
        CredentialCommands.Answer(bench.Reply, CredentialCommands.Describe(row, bench.UserNameOf(row.SignerId)));
        return ExitCode.Ok;
    }

    private ImportKey Defaults(ParseResult parsed) => new()
    {
        User = parsed.GetValue(_user),
        Kind = parsed.GetValue(_kind),
        Scal = parsed.GetValue(_scal),
        Multisign = parsed.GetValue(_multisign),
        Extension = parsed.GetValue(_extension),
        SadReuse = parsed.GetValue(_sadReuse),
        Factors = parsed.GetValue(_factors),
        Package = parsed.GetValue(_package),
        Description = parsed.GetValue(_description),
    };

    private static int Tell(CommandReply reply, IReadOnlyList<AdoptionDocument> results)
    {
        var refused = results.Where(result => result.Error is not null).ToList();
        if (reply.Json)
        {
            reply.Write(results, CommandJson.Default.IReadOnlyListAdoptionDocument);
        }
        else if (refused.Count > 0)
        {
            reply.Table(["Line", "User", "Refused because"], refused.Take(Shown).Select(ToCells));
        }

        var counts = results.GroupBy(result => result.Status, StringComparer.Ordinal)
            .Select(group => $"{group.Count()} {group.Key}");
        reply.Say(results.Count == 0 ? "The file has no lines." : $"{string.Join(", ", counts)}.");
        if (refused.Count == 0)
        {
            return ExitCode.Ok;
        }

        reply.Error($"{refused.Count} of {results.Count} keys were refused; correct these lines and import again.");
        return ExitCode.Failed;
    }

    private static int List(CommandReply reply, IReadOnlyList<FreeKey> free)
    {
        IReadOnlyList<FreeKeyDocument> list = [.. free.Select(Describe)];
        if (reply.Json)
        {
            reply.Write(list, CommandJson.Default.IReadOnlyListFreeKeyDocument);
            return ExitCode.Ok;
        }

        reply.Table(["Key id", "Label", "Algorithm", "Valid until", "Certificate", "Obstacle"], list.Select(ToCells));
        return ExitCode.Ok;
    }

    private static FreeKeyDocument Describe(FreeKey free)
    {
        using var certificate
            = free.Certificate is null ? null : X509CertificateLoader.LoadCertificate(free.Certificate);
        return new FreeKeyDocument
        {
            KeyId = Convert.ToHexStringLower(free.Pair.Id),
            Label = free.Pair.Label,
            Algorithm = free.Algorithm is { } algorithm ? AlgorithmName.Of(algorithm) : null,
            Subject = certificate?.Subject,
            NotAfter = certificate is null ? null : new DateTimeOffset(certificate.NotAfter.ToUniversalTime()),
            Obstacle = free.Obstacle,
        };
    }

    private static IReadOnlyList<string> ToCells(AdoptionDocument document) =>
    [
        document.Line?.ToString(CultureInfo.InvariantCulture) ?? "", document.User ?? "", document.Error ?? "",
    ];

    private static IReadOnlyList<string> ToCells(FreeKeyDocument document) =>
    [
        document.KeyId,
        document.Label,
        document.Algorithm ?? "",
        document.NotAfter?.ToString("u") ?? "",
        document.Subject ?? "",
        document.Obstacle ?? "",
    ];
}
