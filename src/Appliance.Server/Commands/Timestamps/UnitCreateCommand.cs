using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Options;
using Appliance.Signing.Provisioning;
using Appliance.Timestamping;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>`timestamp unit create`.</summary>
internal sealed class UnitCreateCommand
{
    private const string Algorithms = "RSA-2048, RSA-3072, RSA-4096, P-256, P-384";

    private readonly Argument<string> _name = new("NAME")
    {
        Description = "Of the unit, as in Timestamping:Units:NAME and /tsa/NAME.",
    };

    private readonly Option<string> _algorithm = new("--algorithm")
    {
        Description = Algorithms + ".",
        HelpName = "A",
        Required = true,
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = "CKA_LABEL of the key, as in Timestamping:Units:NAME:Key (default: tsa NAME).",
        HelpName = "LABEL",
    };

    private readonly Option<int> _years = new("--years")
    {
        Description = "Validity of the certificate from the demo CA, 1 to 15 years.",
        HelpName = "N",
        DefaultValueFactory = static _ => 5,
    };

    private readonly Option<int?> _keyYears = new("--key-years")
    {
        Description = "The key stops signing after so many of them (privateKeyUsagePeriod; default: none).",
        HelpName = "N",
    };

    private readonly Option<string?> _country = new("--subject-country")
    {
        Description = "countryName (default: Info:Region).",
        HelpName = "C",
    };

    private readonly Option<string?> _organisation = new("--subject-organisation")
    {
        Description = "organizationName (default: Info:Name).",
        HelpName = "O",
    };

    private readonly Option<string?> _organisationId = new("--subject-organisation-id")
    {
        Description = "organizationIdentifier, such as VATRO-12345678 (default: none).",
        HelpName = "ID",
    };

    private readonly Option<string?> _commonName = new("--subject-name")
    {
        Description = "commonName, one for each unit (default: TSU NAME).",
        HelpName = "CN",
    };

    private readonly Option<FileInfo?> _out = new("--out")
    {
        Description = "Where the PEM goes (default: standard output).",
        HelpName = "FILE",
    };

    private readonly Option<bool> _csr = new("--csr")
    {
        Description = "Make a PKCS#10 request for another CA instead of a certificate of the demo CA.",
    };

    private const int MostReplaced = 16 * 1024 * 1024;

    public AdminCommand Build(CommandEnvironment environment)
    {
        var command = new AdminCommand(
            "create",
            "Makes a unit's key pair in the token, and its certificate or a request for one.",
            AdminRoles.SecurityOfficer)
        {
            _name, _algorithm, _key, _years, _keyYears, _country, _organisation, _organisationId, _commonName, _out,
            _csr,
        };
        command.SetAction(environment, (parsed, cancellationToken) => RunAsync(parsed, environment, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(
        ParseResult parsed, CommandEnvironment environment, CancellationToken cancellationToken)
    {
        var name = parsed.GetRequiredValue(_name);
        if (!TimestampUnitOptions.IsName(name))
        {
            throw new CommandException(
                $"\"{name}\" is no name of a unit: lower-case letters, digits and hyphens, at most 63.");
        }

        var algorithm = AlgorithmName.Parse(parsed.GetRequiredValue(_algorithm));
        var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
        await using var _ = bench.ConfigureAwait(false);
        var info = bench.Composition.Options.Info;
        var order = new TimestampKeyOrder
        {
            Label = parsed.GetValue(_key) ?? TimestampUnitSettings.UsualLabel(name),
            Algorithm = algorithm,
            Subject = new TimestampSubject(
                parsed.GetValue(_country) ?? info.Region,
                parsed.GetValue(_organisation) ?? info.Name,
                parsed.GetValue(_commonName) ?? $"TSU {name}",
                parsed.GetValue(_organisationId)),
            Years = parsed.GetValue(_years),
            KeyYears = parsed.GetValue(_keyYears),
            SigningRequest = parsed.GetValue(_csr),
        };
        var keys = bench.Composition.CreateTimestampKeys();
        keys.Check(order);

        // Made first: a key whose certificate cannot be written is of no use.
        var file = parsed.GetValue(_out);
        if (file is not null)
        {
            await RefuseToReplaceAsync(environment.Caller, file, cancellationToken).ConfigureAwait(false);
            await environment.Caller.WriteFileAsync(file, [], secret: false, cancellationToken).ConfigureAwait(false);
        }

        var made = await CreateAsync(bench, keys, name, order, cancellationToken).ConfigureAwait(false);
        var document = Describe(name, algorithm, made);
        var pem = document.ChainPem ?? document.RequestPem!;
        if (file is not null)
        {
            await environment.Caller
                .WriteFileAsync(file, Encoding.ASCII.GetBytes(pem), secret: false, CancellationToken.None)
                .ConfigureAwait(false);
        }

        Answer(bench.Reply, document, file);
        return ExitCode.Ok;
    }

    /// <summary>A key gets no second certificate, so that what is lost here is the unit.</summary>
    private static async Task RefuseToReplaceAsync(
        ICommandCaller caller, FileInfo file, CancellationToken cancellationToken)
    {
        byte[] content;
        try
        {
            content = await caller.ReadFileAsync(file, MostReplaced, cancellationToken).ConfigureAwait(false);
        }
        catch (CommandException)
        {
            // There is none.
            return;
        }

        if (content.Length > 0)
        {
            throw new CommandException(
                $"{file} is there already, and a certificate cannot be made again; choose another --out.");
        }
    }

    private static async Task<TimestampKey> CreateAsync(
        Workbench bench,
        TimestampKeys keys,
        string name,
        TimestampKeyOrder order,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var made = keys.Create(order);
        try
        {
            // Not cancellable from here: whether the key is still wanted must be certain.
            await bench.Loop.WriteAsync(
                connection =>
                {
                    AuditTrail.Append(connection, new AuditRecord
                    {
                        At = bench.Composition.Time.GetUtcNow().ToUnixTimeMilliseconds(),
                        Event = AuditEvent.TimestampUnitChanged,
                        Detail = $"{name}: {AlgorithmName.Of(order.Algorithm)} key "
                            + $"{Convert.ToHexStringLower(made.Key.Id.Span)}, "
                            + (order.SigningRequest ? "certificate requested" : "certificate of the demo CA"),
                        Actor = bench.Actor,
                    });
                    return true;
                },
                CancellationToken.None).ConfigureAwait(false);
            return made;
        }
        catch
        {
            keys.Discard(made);
            throw;
        }
    }

    private static TimestampKeyDocument Describe(string name, Pkcs11.KeyAlgorithm algorithm, TimestampKey made) => new()
    {
        Unit = name,
        Key = made.Key.Label,
        KeyId = Convert.ToHexStringLower(made.Key.Id.Span),
        Algorithm = AlgorithmName.Of(algorithm),
        ChainPem = made.SigningRequest is null
            ? string.Concat(made.Certificates.Select(der => PemEncoding.WriteString("CERTIFICATE", der) + "\n"))
            : null,
        RequestPem = made.SigningRequest is { } request
            ? PemEncoding.WriteString("CERTIFICATE REQUEST", request) + "\n"
            : null,
    };

    private static void Answer(CommandReply reply, TimestampKeyDocument document, FileInfo? file)
    {
        if (reply.Json)
        {
            reply.Write(document, CommandJson.Default.TimestampKeyDocument);
            return;
        }

        if (file is null)
        {
            // Nothing else: it may go into a file.
            reply.Say((document.ChainPem ?? document.RequestPem!).TrimEnd('\n'));
            return;
        }

        reply.Say($"Unit {document.Unit} has the key \"{document.Key}\" ({document.Algorithm}) in the token.");
        reply.Say(document.RequestPem is null
            ? $"Next: set Timestamping:Units:{document.Unit}:Certificates to {file.FullName}, and restart the server."
            : $"The request is in {file}. Put the CA's answer into a PEM file, the unit's certificate first, and set "
                + $"Timestamping:Units:{document.Unit}:Certificates to it.");
    }
}
