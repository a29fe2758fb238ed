using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;

namespace Appliance.Timestamping.Tests.Keys;

/// <summary>A unit's key where no token is needed: the certificate, and a signature over a digest.</summary>
internal sealed class MemoryKey
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    private MemoryKey(RSA? rsa, ECDsa? ecdsa)
    {
        _rsa = rsa;
        _ecdsa = ecdsa;
        var info = rsa?.ExportSubjectPublicKeyInfo() ?? ecdsa!.ExportSubjectPublicKeyInfo();
        Reference = new KeyReference([1], "memory", info);
        Certificate = Authority.Issue(info);
    }

    public static MemoryKey P256 { get; } = new(null, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static MemoryKey P384 { get; } = new(null, ECDsa.Create(ECCurve.NamedCurves.nistP384));

    public static MemoryKey Rsa2048 { get; } = new(RSA.Create(2048), null);

    public KeyReference Reference { get; }

    public X509Certificate2 Certificate { get; }

    public static MemoryKey Named(string name) => name switch
    {
        "P256" => P256,
        "P384" => P384,
        _ => Rsa2048,
    };

    public byte[] Sign(byte[] digest, HashAlgorithmName algorithm)
        => _rsa?.SignHash(digest, algorithm, RSASignaturePadding.Pkcs1)
            ?? _ecdsa!.SignHash(digest, DSASignatureFormat.Rfc3279DerSequence);
}
