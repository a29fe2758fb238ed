using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// A token's keys and certificates, found by what an operator knows of them. Certificates that cannot be read are
/// passed over: a token may hold anything.
/// </summary>
internal sealed class TokenContent
{
    private const int DeepestChain = CertificateChain.CountLimit;

    private readonly Dictionary<string, List<FoundCertificate>> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<FoundCertificate>> _bySubject = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<FoundCertificate>> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<TokenKeyPair>> _keysById;
    private readonly Dictionary<string, List<TokenKeyPair>> _keysByLabel;
    private readonly Dictionary<string, List<TokenKeyPair>> _keysByPublicKey = new(StringComparer.Ordinal);

    public TokenContent(TokenInventory inventory)
    {
        Keys = inventory.Keys;
        _keysById = Group(Keys, key => Convert.ToHexString(key.Id));
        _keysByLabel = Group(Keys, key => key.Label);
        foreach (var certificate in inventory.Certificates)
        {
            Add(certificate);
        }

        foreach (var key in Keys)
        {
            foreach (var publicKey in PublicKeysOf(key))
            {
                Put(_keysByPublicKey, Convert.ToHexString(publicKey), key);
            }
        }
    }

    public IReadOnlyList<TokenKeyPair> Keys { get; }

    /// <summary>Keys of that id, label and public key; null asks for any.</summary>
    public IReadOnlyList<TokenKeyPair> Find(byte[]? id, string? label, byte[]? publicKey)
    {
        IEnumerable<TokenKeyPair> found = id is not null
            ? _keysById.GetValueOrDefault(Convert.ToHexString(id)) ?? []
            : label is not null
                ? _keysByLabel.GetValueOrDefault(label) ?? []
                : publicKey is not null
                    ? _keysByPublicKey.GetValueOrDefault(Convert.ToHexString(publicKey)) ?? []
                    : [];
        return [.. found.Where(key => label is null || string.Equals(key.Label, label, StringComparison.Ordinal))];
    }

    /// <summary>Whether another private key has the same id and label, so that the two cannot be told apart.</summary>
    public bool IsAmbiguous(TokenKeyPair key) => Find(key.Id, key.Label, null).Count > 1;

    /// <summary>What may be its public key; of an EC key without a public key object its certificates say it.</summary>
    public IReadOnlyList<byte[]> PublicKeysOf(TokenKeyPair key)
        => key.PublicKeys.Count > 0 || key.Id.Length == 0
            ? key.PublicKeys
            : [.. (_byId.GetValueOrDefault(Convert.ToHexString(key.Id)) ?? [])
                .Where(certificate => !certificate.IsAuthority)
                .Select(certificate => certificate.PublicKey)
                .DistinctBy(Convert.ToHexString, StringComparer.Ordinal)];

    /// <summary>The key's certificate that is valid longest, and its authorities; empty when there is none.</summary>
    public IReadOnlyList<byte[]> ChainOf(TokenKeyPair key)
    {
        var leaf = PublicKeysOf(key)
            .SelectMany(publicKey => _byKey.GetValueOrDefault(Convert.ToHexString(publicKey)) ?? [])
            .Where(certificate => !certificate.IsAuthority)
            .OrderByDescending(certificate => certificate.NotAfter)
            .FirstOrDefault();
        var chain = new List<byte[]>();
        for (var at = leaf; at is not null && chain.Count < DeepestChain; at = IssuerOf(at))
        {
            chain.Add(at.Der);
        }

        return chain;
    }

    private FoundCertificate? IssuerOf(FoundCertificate certificate)
        => certificate.IsSelfIssued
            ? null
            : (_bySubject.GetValueOrDefault(certificate.Issuer) ?? [])
                .Where(issuer => issuer.IsAuthority && certificate.MayBeFrom(issuer))
                .OrderByDescending(issuer => issuer.NotAfter)
                .FirstOrDefault();

    private void Add(TokenCertificate item)
    {
        FoundCertificate found;
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(item.Der);
            found = FoundCertificate.Of(certificate);
        }
        catch (CryptographicException)
        {
            return;
        }

        Put(_byKey, Convert.ToHexString(found.PublicKey), found);
        Put(_bySubject, found.Subject, found);
        if (item.Id.Length > 0)
        {
            Put(_byId, Convert.ToHexString(item.Id), found);
        }
    }

    private static Dictionary<string, List<T>> Group<T>(IEnumerable<T> all, Func<T, string> nameOf)
    {
        var groups = new Dictionary<string, List<T>>(StringComparer.Ordinal);
        foreach (var one in all)
        {
            Put(groups, nameOf(one), one);
        }

        return groups;
    }

    private static void Put<T>(Dictionary<string, List<T>> groups, string name, T one)
    {
        if (!groups.TryGetValue(name, out var group))
        {
            groups.Add(name, group = []);
        }

        group.Add(one);
    }
}
