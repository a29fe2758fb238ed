using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Appliance.Identity;
using Appliance.Signing.Provisioning;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>`credential create`.</summary>
internal sealed class CredentialCreateCommand
{
    private readonly Option<string?> _user = CommandOptions.User();

    private readonly Option<string> _algorithm = new("--algorithm")
    {
        Description = string.Join(", ", AlgorithmName.All) + ".",
        HelpName = "A",
        Required = true,
    };

    private readonly Option<Guid?> _profile = new("--profile")
    {
        Description = "The capacity that it is for (default: the signer's first); see `signer profile list`.",
        HelpName = "ID",
    };

    private readonly Option<int> _years = new("--years")
    {
        Description = "Validity of the certificate from the demo CA: 1, 2 or 3.",
        DefaultValueFactory = static _ => 1,
    };

    private readonly Option<DateTimeOffset?> _notBefore = new("--not-before")
    {
        Description = "Start of the validity, ISO 8601; UTC where no offset is given (default: now).",
        HelpName = "T",
        CustomParser = CommandOptions.ParseTime,
    };

    private readonly Option<int> _scal = new("--scal")
    {
        Description = "2: an authorisation is bound to the hashes; 1: to their number only.",
        DefaultValueFactory = static _ => 2,
    };

    private readonly Option<int> _multisign = new("--multisign")
    {
        Description = "The most signatures one authorisation may cover.",
        HelpName = "N",
        DefaultValueFactory = static _ => 1,
    };

    private readonly Option<string?> _extension = new("--extension")
    {
        Description = "Hashes that an extension may add: " + string.Join(", ", PolicyNames.Extensions)
            + " (default: seal for organisations, nested for others).",
        HelpName = "E",
    };

    private readonly Option<string> _sadReuse = new("--sad-reuse")
    {
        Description = string.Join(" or ", PolicyNames.Reuses) + "; SCAL 1 only.",
        HelpName = "R",
        DefaultValueFactory = static _ => PolicyNames.Reuses[0],
    };

    private readonly Option<string> _factors = new("--factors")
    {
        Description = "What the signer gives to authorise: " + string.Join(", ", PolicyNames.Factors)
            + ", with commas between them; none for an organisation's seal that its clients use by themselves.",
        HelpName = "F",
        DefaultValueFactory = static _ => PolicyNames.Factors[0],
    };

    private readonly Option<string> _description = new("--description")
    {
        Description = "Free text.",
        HelpName = "D",
        DefaultValueFactory = static _ => "",
    };

    private readonly Option<FileInfo?> _csr = new("--csr")
    {
        Description = "Write a PKCS#10 request (PEM) to this file; the credential waits for `credential import`.",
        HelpName = "FILE",
    };

    private readonly Option<bool?> _wrapped = new("--wrapped")
    {
        Description = "The store keeps the private key, wrapped under a key of the token; --wrapped false: the token "
            + "keeps it (default: as Keys:Store says).",
        HelpName = "BOOL",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public AdminCommand Build(CommandEnvironment environment)
    {
        var command = new AdminCommand(
            "create", "Makes a key pair by the token and gets a certificate.", AdminRoles.Operator)
        {
            _user, _algorithm, _years, _notBefore, _scal, _multisign, _extension, _sadReuse, _factors, _description,
            _csr, _profile, _wrapped,
        };
        command.SetAction(environment, (parsed, cancellationToken) => RunAsync(parsed, environment, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(
        ParseResult parsed, CommandEnvironment environment, CancellationToken cancellationToken)
    {
        var algorithm = AlgorithmName.Parse(parsed.GetRequiredValue(_algorithm));
        var reuse = PolicyNames.ParseReuse(parsed.GetValue(_sadReuse));
        ExtensionPolicy? extension
            = parsed.GetValue(_extension) is { } name ? PolicyNames.ParseExtension(name) : null;
        var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
        await using var _ = bench.ConfigureAwait(false);
        var (signer, profile) = bench.FindSigner(parsed.GetRequiredValue(_user)!);
        profile = parsed.GetValue(_profile) is { } wanted ? bench.FindProfile(wanted) : profile;
        var order = new CredentialOrder
        {
            SignerId = signer.Id,
            ProfileId = profile.Id,
            Subject = Workbench.SubjectOf(signer.Id, signer.DisplayName),
            Algorithm = algorithm,
            Years = parsed.GetValue(_years),
            NotBefore = parsed.GetValue(_notBefore),
            Scal = parsed.GetValue(_scal),
            Multisign = parsed.GetValue(_multisign),
            Extension = extension ?? CredentialOrder.DefaultExtension(profile.Kind),
            SadReuse = reuse,
            Factors = PolicyNames.ParseFactors(parsed.GetRequiredValue(_factors)),
            Description = parsed.GetValue(_description) ?? "",
            SigningRequest = parsed.GetValue(_csr) is not null,
            Wrapped = parsed.GetValue(_wrapped) ?? bench.Composition.Options.Keys.AreWrapped,
        };
        await CreateAsync(bench, environment.Caller, order, signer, parsed.GetValue(_csr), cancellationToken)
            .ConfigureAwait(false);
        return ExitCode.Ok;
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

        CredentialCommands.Answer(bench.Reply, CredentialCommands.Describe(made.Row, signer.UserName));
        if (csr is not null)
        {
            bench.Reply.Say($"The request is in {csr}; then: appliance credential import --id {made.Row.Id:D} "
                + "--certificates chain.pem");
        }
    }
}
