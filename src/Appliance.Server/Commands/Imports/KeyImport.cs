using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Pkcs11;
using Appliance.Server.Commands.Documents;
using Appliance.Signing.Provisioning;
using Appliance.Storage;

namespace Appliance.Server.Commands.Imports;

/// <summary>
/// Adopts keys of the token, each in a commit of its own: what was done stays done when the rest is refused or the
/// command is interrupted, and the next run passes it over.
/// </summary>
internal sealed class KeyImport
{
    private const int LineLimit = 20_000;

    private readonly Workbench _bench;
    private readonly KeyAdoption _adoption;
    private readonly bool _isDryRun;
    private readonly bool _allowExtractable;
    private readonly bool _allowExpired;
    private readonly ConcurrentDictionary<string, (SignerRow Signer, IReadOnlyList<ProfileRow> Profiles)> _signers
        = new(StringComparer.OrdinalIgnoreCase);

    public KeyImport(Workbench bench, KeyAdoption adoption, bool isDryRun, bool allowExtractable, bool allowExpired)
    {
        _bench = bench;
        _adoption = adoption;
        _isDryRun = isDryRun;
        _allowExtractable = allowExtractable;
        _allowExpired = allowExpired;
    }

    /// <summary>The lines of a file, as read; null where a line is no JSON object of this kind.</summary>
    /// <exception cref="CommandException">There are too many.</exception>
    public static IReadOnlyList<(int Line, ImportKey? Key, string? Error)> Parse(byte[] file)
    {
        var text = Encoding.UTF8.GetString(file).TrimStart('\uFEFF').Split('\n');
        var lines = new List<(int, ImportKey?, string?)>();
        for (var i = 0; i < text.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(text[i]))
            {
                continue;
            }

            if (lines.Count == LineLimit)
            {
                throw new CommandException($"The file has more than {LineLimit} lines; import it in parts.");
            }

            lines.Add(ParseLine(i + 1, text[i]));
        }

        return lines;
    }

    /// <summary>All of them, several at a time; the results are in the order of the lines.</summary>
    /// <param name="lines">From <see cref="Parse"/>.</param>
    /// <param name="defaults">For what a line does not say.</param>
    /// <param name="cancellationToken">Leaves the rest; what was adopted stays.</param>
    public async Task<IReadOnlyList<AdoptionDocument>> RunAsync(
        IReadOnlyList<(int Line, ImportKey? Key, string? Error)> lines,
        ImportKey defaults,
        CancellationToken cancellationToken)
    {
        var results = new AdoptionDocument[lines.Count];
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Max(2, _bench.Parallelism),
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, lines.Count, parallel, async (i, cancellation) =>
        {
            var (line, key, error) = lines[i];
            results[i] = key is null
                ? new AdoptionDocument { Line = line, Status = "refused", Error = error }
                : await TryAdoptAsync(line, key, defaults, cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return results;
    }

    /// <summary>One key.</summary>
    /// <exception cref="CommandException">The order is wrong.</exception>
    /// <exception cref="ProvisioningException">Refused.</exception>
    public async Task<AdoptionDocument> AdoptAsync(
        int? line, ImportKey key, ImportKey defaults, CancellationToken cancellationToken)
    {
        var user = key.User ?? defaults.User
            ?? throw new CommandException("It has no user; whose key is it?");
        var (signer, profiles) = _signers.GetOrAdd(user, FindSigner);
        var kind = key.Kind ?? defaults.Kind;
        var profile = kind is null
            ? profiles[0]
            : profiles.FirstOrDefault(one => one.Kind == PolicyNames.ParseKind(kind))
                ?? throw new CommandException($"Signer {user} has no profile of kind {kind}.");
        var package = key.Package ?? defaults.Package;
        if (package is < 1 or > PackageAdministration.GrantLimit)
        {
            throw new CommandException($"A package has 1 to {PackageAdministration.GrantLimit} transactions.");
        }

        var result = await _adoption
            .AdoptAsync(
                Order(key, defaults, signer, profile),
                _isDryRun,
                package is { } count
                    ? (connection, row) => _bench.Packages.Grant(connection, row.Id, new PackageGrant(count))
                    : null,
                cancellationToken)
            .ConfigureAwait(false);
        return Describe(line, result, signer.UserName);
    }

    private async Task<AdoptionDocument> TryAdoptAsync(
        int line, ImportKey key, ImportKey defaults, CancellationToken cancellationToken)
    {
        try
        {
            return await AdoptAsync(line, key, defaults, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ProvisioningException or CommandException or Pkcs11Exception
            or InvalidOperationException or CryptographicException)
        {
            return new AdoptionDocument
            {
                Line = line,
                Status = "refused",
                User = key.User ?? defaults.User,
                KeyId = key.KeyId,
                Label = key.Label,
                Error = error.Message,
            };
        }
    }

    private AdoptionOrder Order(ImportKey key, ImportKey defaults, SignerRow signer, ProfileRow profile)
    {
        var extension = key.Extension ?? defaults.Extension;
        if (key is { KeyId: null, Label: null, Certificates: null })
        {
            throw new CommandException("Name the key by its id, its label or its certificate.");
        }

        return new AdoptionOrder
        {
            SignerId = signer.Id,
            ProfileId = profile.Id,
            KeyId = key.KeyId is null ? null : ParseId(key.KeyId),
            KeyLabel = key.Label,
            Certificates = key.Certificates,
            Scal = key.Scal ?? defaults.Scal ?? 2,
            Multisign = key.Multisign ?? defaults.Multisign ?? 1,
            Extension = extension is null
                ? CredentialOrder.DefaultExtension(profile.Kind)
                : PolicyNames.ParseExtension(extension),
            SadReuse = PolicyNames.ParseReuse(key.SadReuse ?? defaults.SadReuse ?? PolicyNames.Reuses[0]),
            Factors = PolicyNames.ParseFactors(key.Factors ?? defaults.Factors ?? PolicyNames.Factors[0]),
            Description = key.Description ?? defaults.Description ?? "",
            AllowExtractable = _allowExtractable,
            AllowExpired = _allowExpired,
        };
    }

    private (SignerRow Signer, IReadOnlyList<ProfileRow> Profiles) FindSigner(string user)
    {
        var (signer, _) = _bench.FindSigner(user);
        return (signer, _bench.Store.Read(signer.Id, static (connection, id) => connection.Profiles.ListBySigner(id)));
    }

    private static (int Line, ImportKey? Key, string? Error) ParseLine(int line, string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, CommandJson.Default.ImportKey) is { } key
                ? (line, key, null)
                : (line, null, "It is null; write an object.");
        }
        catch (JsonException error)
        {
            return (line, null, $"The JSON cannot be read: {error.Message}");
        }
    }

    /// <summary>Hex, with or without colons, as tools write it.</summary>
    private static byte[] ParseId(string hex)
    {
        try
        {
            return Convert.FromHexString(hex.Replace(":", "", StringComparison.Ordinal));
        }
        catch (FormatException)
        {
            throw new CommandException($"\"{hex}\" is no CKA_ID; write it in hex.");
        }
    }

    private static AdoptionDocument Describe(int? line, AdoptionResult result, string user) => new()
    {
        Line = line,
        Status = result.Status.ToString().ToLowerInvariant(),
        Id = result.Status == AdoptionStatus.Possible ? null : result.Row.Id,
        User = user,
        KeyId = Convert.ToHexStringLower(result.Row.KeyId),
        Label = result.Row.KeyLabel,
        Algorithm = AlgorithmName.Of((KeyAlgorithm)result.Row.KeyAlgorithm),
        NotAfter = DateTimeOffset.FromUnixTimeMilliseconds(result.Row.NotAfter),
    };
}
