using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Timestamping.Asn1;

namespace Appliance.Timestamping.Tokens;

/// <summary>
/// Whether a certificate may stand for a unit (RFC 3161 section 2.3, EN 319 422 clause 6): extended key usage critical
/// and timeStamping alone, key usage for signatures alone, in force by validity and private key usage period, a key of
/// a kind that is served and that is the token's.
/// </summary>
internal sealed class CertificateCheck
{
    /// <summary>Warned so long before the end.</summary>
    private static readonly TimeSpan s_notice = TimeSpan.FromDays(30);

    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];

    private CertificateCheck()
    {
    }

    /// <summary>From when the unit may issue, UTC.</summary>
    public DateTimeOffset UsableFrom { get; private set; }

    /// <summary>Until when.</summary>
    public DateTimeOffset UsableTo { get; private set; }

    public TimestampUnitFindings Findings => new(_errors, _warnings) { UsableTo = UsableTo };

    /// <param name="certificate">The unit's.</param>
    /// <param name="key">The key that it signs with.</param>
    /// <param name="now">Of the clock.</param>
    public static CertificateCheck Run(X509Certificate2 certificate, KeyReference key, DateTimeOffset now)
    {
        var check = new CertificateCheck
        {
            UsableFrom = new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
            UsableTo = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()),
        };
        check.CheckExtensions(certificate.Extensions);
        check.CheckPeriod(now);
        check.CheckKey(certificate, key);
        return check;
    }

    /// <summary>One extended key usage, critical, and timeStamping alone in it (RFC 3161 section 2.3).</summary>
    public static bool IsForTimestampsAlone(X509ExtensionCollection extensions)
        => extensions.OfType<X509EnhancedKeyUsageExtension>().ToList() is [{ Critical: true } purpose]
            && purpose.EnhancedKeyUsages is [{ Value: Oids.KeyPurposeTimeStamping }];

    private void CheckExtensions(X509ExtensionCollection extensions)
    {
        Require(
            IsForTimestampsAlone(extensions),
            "The certificate's extended key usage must be critical and timeStamping alone (RFC 3161 section 2.3).");

        const X509KeyUsageFlags Signatures = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation;
        var usage = extensions.OfType<X509KeyUsageExtension>().FirstOrDefault()?.KeyUsages;
        Require(
            usage is null || ((usage & Signatures) != 0 && (usage & ~Signatures) == 0),
            "The certificate's key usage must be digitalSignature, nonRepudiation or both, and nothing else.");
        Require(
            extensions.OfType<X509BasicConstraintsExtension>().All(constraints => !constraints.CertificateAuthority),
            "The certificate is an authority's own.");

        if (extensions[Oids.PrivateKeyUsagePeriod] is { } extension)
        {
            try
            {
                var period = KeyUsagePeriod.Decode(extension.RawData);
                UsableFrom = period.From > UsableFrom ? period.From.Value : UsableFrom;
                UsableTo = period.To < UsableTo ? period.To.Value : UsableTo;
            }
            catch (AsnContentException)
            {
                _errors.Add("The certificate's private key usage period cannot be read.");
            }
        }
    }

    private void CheckPeriod(DateTimeOffset now)
    {
        Require(now >= UsableFrom, string.Create(
            CultureInfo.InvariantCulture, $"The certificate and its key cannot be used before {UsableFrom:u}."));
        Require(now <= UsableTo, string.Create(
            CultureInfo.InvariantCulture, $"The certificate or its key could be used until {UsableTo:u} only."));
        if (now <= UsableTo && UsableTo - now < s_notice)
        {
            _warnings.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"The certificate and its key can be used until {UsableTo:u}; then the unit stops."));
        }
    }

    private void CheckKey(X509Certificate2 certificate, KeyReference key)
    {
        var publicKey = certificate.PublicKey;
        Require(
            publicKey.Oid.Value != Oids.RsassaPss,
            "The certificate's key is for RSASSA-PSS alone, which openssl ts cannot verify.");
        Require(
            (key.IsRsa && key.KeySizeBits is >= 2048 and <= 4096) || (key.IsEc && key.KeySizeBits is 256 or 384),
            "The key must be RSA with 2048 to 4096 bits, or EC on P-256 or P-384.");
        try
        {
            Require(
                publicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.SubjectPublicKeyInfo.Span),
                "The certificate is for another key than the token's.");
        }
        catch (CryptographicException)
        {
            _errors.Add("The certificate's public key cannot be read.");
        }
    }

    private void Require(bool isRight, string text)
    {
        if (!isRight)
        {
            _errors.Add(text);
        }
    }
}
