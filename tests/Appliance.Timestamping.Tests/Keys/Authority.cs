using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Timestamping.Tests.Keys;

/// <summary>A certification authority of the tests', with an own key in memory.</summary>
internal static class Authority
{
    public static readonly DateTimeOffset Born = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ECDsa s_key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static X509Certificate2 Root { get; } = MakeRoot();

    /// <summary>A unit's certificate as it should be, five years from <see cref="Born"/>.</summary>
    public static X509Certificate2 Issue(ReadOnlySpan<byte> subjectPublicKeyInfo, string name = "Unit")
        => Issue(subjectPublicKeyInfo, name, Usual());

    /// <summary>Extensions as they should be, to be changed by who wants to be refused.</summary>
    public static List<X509Extension> Usual() =>
    [
        new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation, true),
        new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], critical: true),
        new X509BasicConstraintsExtension(false, false, 0, true),
    ];

    public static X509Certificate2 Issue(
        ReadOnlySpan<byte> subjectPublicKeyInfo,
        string name,
        IEnumerable<X509Extension> extensions,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null)
    {
        var request = new CertificateRequest(
            new X500DistinguishedName($"CN={name}, O=Time Tests, C=SK"),
            PublicKey.CreateFromSubjectPublicKeyInfo(subjectPublicKeyInfo, out _),
            HashAlgorithmName.SHA256);
        foreach (var extension in extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        return request.Create(
            Root.SubjectName,
            X509SignatureGenerator.CreateForECDsa(s_key),
            from ?? Born,
            to ?? Born.AddYears(5),
            [0x11, .. RandomNumberGenerator.GetBytes(15)]);
    }

    private static X509Certificate2 MakeRoot()
    {
        var request = new CertificateRequest("CN=Time Tests Root, O=Time Tests, C=SK", s_key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return X509CertificateLoader.LoadCertificate(
            request.CreateSelfSigned(Born.AddDays(-1), Born.AddYears(20)).RawData);
    }
}
