using System.Collections.Frozen;
using System.Security.Cryptography;
using Appliance.Storage;

namespace Appliance.Identity.Clients;

/// <summary>
/// Verifies assertions by the public keys of clients (RFC 7518 section 3): RS256, PS256, ES256 and ES384. Neither none
/// nor a MAC is an algorithm here: a public key is no secret.
/// </summary>
internal static class AssertionKeys
{
    private const int SmallestRsaBits = 2_048;
    private const int LargestRsaBits = 8_192;

    /// <summary>The values of alg that are taken.</summary>
    internal static FrozenSet<string> Algorithms { get; }
        = FrozenSet.Create(StringComparer.Ordinal, "RS256", "PS256", "ES256", "ES384");

    /// <summary>
    /// Stand in for the keys of a client that has none, so that who asks for an unknown client waits as long.
    /// </summary>
    private static readonly Lazy<FrozenDictionary<string, byte[]>> s_dummies = new(MakeDummies);

    /// <summary>Whether one of the keys made the signature.</summary>
    /// <param name="assertion">What was presented.</param>
    /// <param name="keys">The client's keys that are good now; those of another kid or type are passed over.</param>
    /// <param name="used">The key that made it.</param>
    internal static bool Verify(Assertion assertion, IEnumerable<ClientSecretRow> keys, out ClientSecretRow? used)
    {
        used = null;
        var tried = false;
        foreach (var key in keys)
        {
            if (assertion.KeyId is not null && key.KeyId.Length > 0
                && !string.Equals(assertion.KeyId, key.KeyId, StringComparison.Ordinal))
            {
                continue;
            }

            if (Verify(assertion, key.Material) is not { } isGood)
            {
                continue;
            }

            tried = true;
            if (isGood)
            {
                used = key;
                return true;
            }
        }

        if (!tried)
        {
            _ = Verify(assertion, s_dummies.Value[assertion.Algorithm]);
        }

        return false;
    }

    /// <summary>What is wrong with a key for assertions, a sentence; null when nothing is.</summary>
    internal static string? Check(byte[] publicKey)
    {
        if (OpenRsa(publicKey) is { } rsa)
        {
            using (rsa)
            {
                return rsa.KeySize is >= SmallestRsaBits and <= LargestRsaBits
                    ? null
                    : "An RSA key needs 2,048 to 8,192 bits.";
            }
        }

        if (OpenEc(publicKey) is { } ec)
        {
            using (ec)
            {
                return CurveOf(ec) is 256 or 384 ? null : "An EC key must be on P-256 or P-384.";
            }
        }

        return "The key is neither RSA nor EC; give a public key in PEM (BEGIN PUBLIC KEY).";
    }

    /// <summary>Null: the algorithm is none of the key's.</summary>
    private static bool? Verify(Assertion assertion, byte[] publicKey)
    {
        if (assertion.Algorithm[0] == 'E')
        {
            using var ec = OpenEc(publicKey);
            var (bits, hash) = string.Equals(assertion.Algorithm, "ES256", StringComparison.Ordinal)
                ? (256, HashAlgorithmName.SHA256)
                : (384, HashAlgorithmName.SHA384);
            return ec is null || CurveOf(ec) != bits
                ? null
                : ec.VerifyData(
                    assertion.Content, assertion.Signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        using var rsa = OpenRsa(publicKey);
        var padding = assertion.Algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return rsa?.VerifyData(assertion.Content, assertion.Signature, HashAlgorithmName.SHA256, padding);
    }

    private static int CurveOf(ECDsa key) => key.ExportParameters(false).Curve.Oid.Value switch
    {
        "1.2.840.10045.3.1.7" => 256,
        "1.3.132.0.34" => 384,
        _ => 0,
    };

    private static RSA? OpenRsa(byte[] publicKey) => Open(RSA.Create(), publicKey);

    private static ECDsa? OpenEc(byte[] publicKey) => Open(ECDsa.Create(), publicKey);

    private static T? Open<T>(T key, byte[] publicKey)
        where T : AsymmetricAlgorithm
    {
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            if (read == publicKey.Length)
            {
                return key;
            }
        }
        catch (CryptographicException)
        {
            // A key of another type.
        }

        key.Dispose();
        return null;
    }

    private static FrozenDictionary<string, byte[]> MakeDummies()
    {
        using var rsa = RSA.Create(SmallestRsaBits);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        return new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["RS256"] = rsa.ExportSubjectPublicKeyInfo(),
            ["PS256"] = rsa.ExportSubjectPublicKeyInfo(),
            ["ES256"] = p256.ExportSubjectPublicKeyInfo(),
            ["ES384"] = p384.ExportSubjectPublicKeyInfo(),
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
