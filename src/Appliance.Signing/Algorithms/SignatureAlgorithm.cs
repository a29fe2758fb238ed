using System.Collections.Frozen;
using Appliance.Pkcs11;

namespace Appliance.Signing.Algorithms;

/// <summary>
/// A signature algorithm OID of csc-api section 6: what it does with a digest, and the hash that its name implies.
/// </summary>
internal sealed record SignatureAlgorithm(string Oid, SignatureKind Kind, HashAlgorithm? Hash)
{
    public const string RsaEncryption = "1.2.840.113549.1.1.1";
    public const string RsaPss = "1.2.840.113549.1.1.10";
    public const string EcPublicKey = "1.2.840.10045.2.1";

    private static readonly FrozenDictionary<string, SignatureAlgorithm> s_byOid = new SignatureAlgorithm[]
    {
        new("1.2.840.113549.1.1.11", SignatureKind.RsaPkcs1, HashAlgorithm.Sha256),
        new("1.2.840.113549.1.1.12", SignatureKind.RsaPkcs1, HashAlgorithm.Sha384),
        new("1.2.840.113549.1.1.13", SignatureKind.RsaPkcs1, HashAlgorithm.Sha512),
        new(RsaPss, SignatureKind.RsaPss, null),
        new(RsaEncryption, SignatureKind.RsaPkcs1, null),
        new("1.2.840.10045.4.3.2", SignatureKind.EcdsaDer, HashAlgorithm.Sha256),
        new("1.2.840.10045.4.3.3", SignatureKind.EcdsaDer, HashAlgorithm.Sha384),
        new("1.2.840.10045.4.3.4", SignatureKind.EcdsaDer, HashAlgorithm.Sha512),
        new(EcPublicKey, SignatureKind.EcdsaDer, null),
        new("0.4.0.127.0.7.1.1.4.1.3", SignatureKind.EcdsaPlain, HashAlgorithm.Sha256),
        new("0.4.0.127.0.7.1.1.4.1.4", SignatureKind.EcdsaPlain, HashAlgorithm.Sha384),
        new("0.4.0.127.0.7.1.1.4.1.5", SignatureKind.EcdsaPlain, HashAlgorithm.Sha512),
    }.ToFrozenDictionary(algorithm => algorithm.Oid, StringComparer.Ordinal);

    /// <summary>Combined OIDs first: pyHanko needs them, SetaPDF takes the first entry (csc-api 5.1, 5.3).</summary>
    private static readonly string[] s_rsa =
    [
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", RsaPss, RsaEncryption,
    ];

    private static readonly string[] s_p256 = Ec("1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4");
    private static readonly string[] s_p384 = Ec("1.2.840.10045.4.3.3", "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.4");
    private static readonly string[] s_p521 = Ec("1.2.840.10045.4.3.4", "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3");

    /// <summary>How the token signs, made once; null where it depends on what else the client names.</summary>
    public SignatureScheme? Scheme { get; } = Hash is null ? null : new SignatureScheme(Kind, Hash.Name);

    /// <summary>The algorithm of an OID, or null.</summary>
    public static SignatureAlgorithm? Find(string oid) => s_byOid.GetValueOrDefault(oid);

    /// <summary>CSC key.algo of a key: every OID that signHash takes with it, best first.</summary>
    public static IReadOnlyList<string> For(KeyAlgorithm key) => key switch
    {
        KeyAlgorithm.EcP256 => s_p256,
        KeyAlgorithm.EcP384 => s_p384,
        KeyAlgorithm.EcP521 => s_p521,
        _ => s_rsa,
    };

    private static string[] Ec(string best, string second, string third) =>
    [
        best, second, third, EcPublicKey,
        "0.4.0.127.0.7.1.1.4.1.3", "0.4.0.127.0.7.1.1.4.1.4", "0.4.0.127.0.7.1.1.4.1.5",
    ];
}
