using System.Security.Cryptography.X509Certificates;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Storage;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// Makes credentials of keys that the token has already: finds key and certificate, refuses what should not sign, and
/// proves by one signature that the two belong together. What the token holds is read once, when this is made.
/// </summary>
public sealed class KeyAdoption
{
    /// <summary>Written by each adoption, so that two of one key on two nodes come one after the other.</summary>
    private const string Gate = "credential.import";

    private const int PageSize = 500;

    private readonly CommitLoop _loop;
    private readonly Token _token;
    private readonly CredentialProvisioning _provisioning;
    private readonly TimeProvider _time;
    private readonly TokenContent _content;
    private readonly Dictionary<string, CredentialRow> _known = new(StringComparer.Ordinal);

    /// <summary>Reads the token's keys and certificates, and whose they are.</summary>
    /// <param name="store">The credentials.</param>
    /// <param name="loop">Writes to it.</param>
    /// <param name="token">Logged in.</param>
    /// <param name="provisioning">Of the same token; in its actor's name.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public KeyAdoption(
        Store store, CommitLoop loop, Token token, CredentialProvisioning provisioning, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(token);
        _loop = loop;
        _token = token;
        _provisioning = provisioning;
        _time = time;
        _content = new TokenContent(token.ReadInventory());
        foreach (var row in ReadAll(store))
        {
            _known.TryAdd(Convert.ToHexString(row.PublicKey), row);
        }
    }

    /// <summary>The private keys that no credential has, and why they would be refused.</summary>
    /// <param name="allowExtractable">Keys that may leave the token are no obstacle.</param>
    public IReadOnlyList<FreeKey> ListFree(bool allowExtractable)
    {
        var free = new List<FreeKey>();
        foreach (var key in _content.Keys)
        {
            var publicKeys = _content.PublicKeysOf(key);
            if (!publicKeys.Any(one => _known.ContainsKey(Convert.ToHexString(one))))
            {
                var algorithm = publicKeys.Select(AdoptionRules.AlgorithmOf).FirstOrDefault(one => one is not null);
                var certificate = _content.ChainOf(key) is [var leaf, ..] ? leaf : null;
                var obstacle = AdoptionRules.ObstacleOf(key, allowExtractable)
                    ?? ObstacleOf(key, algorithm, certificate);
                free.Add(new FreeKey(key, algorithm, certificate, obstacle));
            }
        }

        return free;
    }

    /// <summary>Makes a credential of a key, or says that it is one of this signer.</summary>
    /// <param name="order">Which, and of what kind.</param>
    /// <param name="isDryRun">Find, check and prove only.</param>
    /// <param name="beside">More to write in the same commit; null for nothing.</param>
    /// <param name="cancellationToken">Cancels before the commit only.</param>
    /// <exception cref="ProvisioningException">Refused; nothing was changed.</exception>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public async Task<AdoptionResult> AdoptAsync(
        AdoptionOrder order,
        bool isDryRun,
        Action<StoreConnection, CredentialRow>? beside,
        CancellationToken cancellationToken)
    {
        // 1 Which key, which certificates.
        ArgumentNullException.ThrowIfNull(order);
        cancellationToken.ThrowIfCancellationRequested();
        var (key, certificates) = Find(order);

        // 2 Whether they are good enough, and nobody's.
        if (AdoptionRules.ObstacleOf(key, order.AllowExtractable) is { } obstacle)
        {
            throw Refuse(key, obstacle);
        }

        var publicKey = PublicKeyOf(key, certificates);
        if (_known.TryGetValue(Convert.ToHexString(publicKey), out var known))
        {
            return Present(known, order);
        }

        var algorithm = AdoptionRules.AlgorithmOf(publicKey)
            ?? throw Refuse(
                key,
                "It is too weak or of a kind that is not served: RSA of 2048, 3072 or 4096 bits with an exponent of "
                + "65537 or more, P-256, P-384 and P-521 are.");
        var reference = new KeyReference(key.Id, key.Label, publicKey);
        var row = NewRow(order, reference, algorithm, certificates);

        // 3 Whether they belong together.
        if (!_token.Prove(key, reference))
        {
            throw Refuse(key, "Its signature does not verify with the certificate; that is another key's.");
        }

        return isDryRun
            ? new AdoptionResult(AdoptionStatus.Possible, row)
            : await WriteAsync(order, row, beside, cancellationToken).ConfigureAwait(false);
    }

    private async Task<AdoptionResult> WriteAsync(
        AdoptionOrder order,
        CredentialRow row,
        Action<StoreConnection, CredentialRow>? beside,
        CancellationToken cancellationToken)
    {
        var known = await _loop.WriteAsync(
            connection =>
            {
                connection.Meta.Set(Gate, row.Id.ToString("D"));
                if (connection.Credentials.FindByPublicKey(row.PublicKey) is { } other)
                {
                    return other;
                }

                _provisioning.InsertAs(
                    AuditEvent.CredentialImported, connection, new PreparedCredential(row, null));
                beside?.Invoke(connection, row);
                return null;
            },
            cancellationToken).ConfigureAwait(false);
        return known is null ? new AdoptionResult(AdoptionStatus.Adopted, row) : Present(known, order);
    }

    /// <exception cref="ProvisioningException">No key, or not one; or no certificate.</exception>
    private (TokenKeyPair Key, IReadOnlyList<byte[]> Certificates) Find(AdoptionOrder order)
    {
        var given = order.Certificates is null ? [] : CertificateChain.Split(order.Certificates);
        var found = order.KeyId is not null || order.KeyLabel is not null
            ? _content.Find(order.KeyId, order.KeyLabel, null)
            : FindByCertificate(given);
        if (found.Count != 1)
        {
            throw new ProvisioningException(found.Count == 0
                ? $"The token has no such private key ({Describe(order)}); see `credential import --list`."
                : $"The token has {found.Count} such private keys ({Describe(order)}); name one by id and label.");
        }

        var key = found[0];
        if (_content.IsAmbiguous(key))
        {
            throw Refuse(key, "Another private key has the same id and label; change one of them.");
        }

        var certificates = given.Count > 0 ? given : _content.ChainOf(key);
        return certificates.Count > 0
            ? (key, certificates)
            : throw Refuse(key, "The token has no certificate for it; give one by --certificates FILE.");
    }

    private List<TokenKeyPair> FindByCertificate(IReadOnlyList<byte[]> certificates)
    {
        var keys = new List<TokenKeyPair>();
        foreach (var der in certificates)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            var found = _content.Find(null, null, certificate.PublicKey.ExportSubjectPublicKeyInfo());
            keys.AddRange(found.Where(key => !keys.Contains(key)));
        }

        return keys;
    }

    /// <summary>The public key of the certificate that is the key's, as far as the token tells.</summary>
    private byte[] PublicKeyOf(TokenKeyPair key, IReadOnlyList<byte[]> certificates)
    {
        var candidates = _content.PublicKeysOf(key);
        foreach (var der in certificates)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            var publicKey = certificate.PublicKey.ExportSubjectPublicKeyInfo();
            var isKeys = candidates.Count == 0
                ? !FoundCertificate.Of(certificate).IsAuthority
                : candidates.Any(candidate => candidate.AsSpan().SequenceEqual(publicKey));
            if (isKeys)
            {
                return publicKey;
            }
        }

        throw Refuse(key, "None of the certificates is for this key.");
    }

    private CredentialRow NewRow(
        AdoptionOrder order, KeyReference key, KeyAlgorithm algorithm, IReadOnlyList<byte[]> certificates)
    {
        var now = _time.GetUtcNow();
        var chain = CertificateChain.Of(certificates, key.SubjectPublicKeyInfo.Span, now, order.AllowExpired);
        AdoptionRules.CheckLeaf(chain.Certificates[0]);
        var credential = new CredentialOrder
        {
            SignerId = order.SignerId,
            ProfileId = order.ProfileId,
            Subject = new CertificateSubject(""),
            Algorithm = algorithm,
            Scal = order.Scal,
            Multisign = order.Multisign,
            Extension = order.Extension,
            SadReuse = order.SadReuse,
            Factors = order.Factors,
            Description = order.Description,
        };
        CredentialProvisioning.CheckPolicies(credential);
        var row = CredentialProvisioning.NewRow(Guid.CreateVersion7(now), credential, key, now);
        return _provisioning.Linked(row with
        {
            Certificates = chain.Certificates,
            State = CredentialState.Enabled,
            NotBefore = chain.NotBefore.ToUnixTimeMilliseconds(),
            NotAfter = chain.NotAfter.ToUnixTimeMilliseconds(),
        });
    }

    /// <summary>One signer's key stays where it is; another's, or one that was revoked, is not given away.</summary>
    private static AdoptionResult Present(CredentialRow known, AdoptionOrder order)
        => known.SignerId == order.SignerId && known.State != CredentialState.Disabled
            ? new AdoptionResult(AdoptionStatus.Present, known)
            : throw new ProvisioningException(known.State == CredentialState.Disabled
                ? $"The key was credential {known.Id:D}, which is revoked; it is not adopted again."
                : $"The key is another signer's: credential {known.Id:D}.");

    private string? ObstacleOf(TokenKeyPair key, KeyAlgorithm? algorithm, byte[]? certificate)
    {
        if (_content.IsAmbiguous(key))
        {
            return "Another private key has the same id and label; change one of them.";
        }

        if (certificate is null)
        {
            return "The token has no certificate for it; give one by --certificates FILE.";
        }

        return algorithm is null ? "It is too weak or of a kind that is not served." : null;
    }

    private static string Describe(AdoptionOrder order)
    {
        var parts = new List<string>();
        if (order.KeyId is not null)
        {
            parts.Add($"id {Convert.ToHexStringLower(order.KeyId)}");
        }

        if (order.KeyLabel is not null)
        {
            parts.Add($"label \"{order.KeyLabel}\"");
        }

        return parts.Count == 0 ? "that of the certificate" : string.Join(", ", parts);
    }

    private static ProvisioningException Refuse(TokenKeyPair key, string why)
        => new($"Key \"{key.Label}\" (id {Convert.ToHexStringLower(key.Id)}): {why}");

    private static IEnumerable<CredentialRow> ReadAll(Store store)
    {
        for (var after = Guid.Empty; ;)
        {
            var from = after;
            var page = store.Read(connection => connection.Credentials.List(from, PageSize));
            foreach (var row in page)
            {
                yield return row;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1].Id;
        }
    }
}
