using System.Security.Cryptography.X509Certificates;

namespace Appliance.Signing.Provisioning;

/// <summary>What is asked of a certificate in a token, read once.</summary>
internal sealed record FoundCertificate(
    byte[] Der, byte[] PublicKey, string Subject, string Issuer, DateTime NotAfter, bool IsAuthority)
{
    public bool IsSelfIssued => string.Equals(Subject, Issuer, StringComparison.Ordinal);

    private string? SubjectKey { get; init; }

    private string? IssuerKey { get; init; }

    public static FoundCertificate Of(X509Certificate2 certificate) => new(
        certificate.RawData,
        certificate.PublicKey.ExportSubjectPublicKeyInfo(),
        Convert.ToHexString(certificate.SubjectName.RawData),
        Convert.ToHexString(certificate.IssuerName.RawData),
        certificate.NotAfter.ToUniversalTime(),
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(basic => basic.CertificateAuthority))
    {
        SubjectKey = certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>()
            .FirstOrDefault()?.SubjectKeyIdentifier,
        IssuerKey = certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>()
            .FirstOrDefault()?.KeyIdentifier is { } id ? Convert.ToHexString(id.Span) : null,
    };

    /// <summary>Tells authorities of one name apart by their keys (RFC 5280 section 4.2.1.1), where both say.</summary>
    public bool MayBeFrom(FoundCertificate issuer)
        => IssuerKey is null || issuer.SubjectKey is null
            || string.Equals(IssuerKey, issuer.SubjectKey, StringComparison.OrdinalIgnoreCase);
}
