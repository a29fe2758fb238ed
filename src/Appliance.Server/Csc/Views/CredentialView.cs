using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Rules;
using Appliance.Server.Csc.Text;
using Appliance.Signing;

namespace Appliance.Server.Csc.Views;

/// <summary>A credential in the forms of the two versions.</summary>
internal static class CredentialView
{
    public static CredentialAnswerV1 Version1(CredentialInfo info, CredentialSelectors selectors, string lang) => new(
        DescriptionOf(info),
        KeyOf(info),
        CertificateOf(info, selectors),
        FactorView.Mode1(info.Factors),
        ScalOf(info),
        selectors.AuthInfo ? FactorView.Pin1(info.Factors) : null,
        selectors.AuthInfo ? FactorView.Otp1(info.Factors) : null,
        info.Multisign,
        lang);

    /// <param name="info">The credential.</param>
    /// <param name="selectors">What was asked for.</param>
    /// <param name="lang">The language of its texts.</param>
    /// <param name="named">True in a list, where each entry says which credential it is.</param>
    public static CredentialAnswerV2 Version2(
        CredentialInfo info, CredentialSelectors selectors, string lang, bool named) => new(
        named ? IdOf(info) : null,
        DescriptionOf(info),
        KeyOf(info),
        CertificateOf(info, selectors),
        FactorView.Auth2(info.Factors, selectors.AuthInfo),
        ScalOf(info),
        info.Multisign,
        lang);

    /// <summary>The answer of version 2's credentials/list.</summary>
    public static ListAnswerV2 ListVersion2(CredentialList list, string lang) => new(
        [.. list.Credentials.Select(IdOf)],
        list.WithInfo ? [.. list.Credentials.Select(info => Version2(info, list.Selectors, lang, named: true))] : null,
        list.OnlyValid ? true : null);

    public static string IdOf(CredentialInfo info) => info.Id.ToString("D");

    /// <summary>Whether the credential can sign now: what onlyValid asks for (CSC API 2.0.0.2 11.4).</summary>
    public static bool CanSign(CredentialInfo info)
        => info.KeyEnabled && info.Certificates.Count > 0 && info.CertificateStatus == "valid";

    private static string? DescriptionOf(CredentialInfo info) => info.Description.Length == 0 ? null : info.Description;

    private static string ScalOf(CredentialInfo info) => info.Scal.ToString(CultureInfo.InvariantCulture);

    private static KeyAnswer KeyOf(CredentialInfo info)
        => new(info.KeyEnabled ? "enabled" : "disabled", info.Algorithms, info.KeyLength, info.Curve);

    /// <summary>While a CSR waits for its certificate there is nothing to tell but the empty names.</summary>
    private static CertificateAnswer CertificateOf(CredentialInfo info, CredentialSelectors selectors)
    {
        IReadOnlyList<byte[]>? certificates = selectors.Certificates switch
        {
            CertificateSelection.None => null,
            CertificateSelection.Single => [.. info.Certificates.Take(1)],
            _ => info.Certificates,
        };
        if (info.Certificates.Count == 0)
        {
            return new CertificateAnswer(null, certificates, "", null, "", null, null);
        }

        using var certificate = X509CertificateLoader.LoadCertificate(info.Certificates[0]);
        var detailed = selectors.CertInfo;
        return new CertificateAnswer(
            info.CertificateStatus,
            certificates,
            DistinguishedNameText.Format(certificate.IssuerName),
            detailed ? certificate.SerialNumber : null,
            DistinguishedNameText.Format(certificate.SubjectName),
            detailed ? GeneralizedTime(certificate.NotBefore) : null,
            detailed ? GeneralizedTime(certificate.NotAfter) : null);
    }

    /// <summary>YYYYMMDDHHMMSSZ (RFC 5280 section 4.1.2.5.2); the platform gives local time.</summary>
    private static string GeneralizedTime(DateTime time)
        => time.ToUniversalTime().ToString("yyyyMMddHHmmss'Z'", CultureInfo.InvariantCulture);
}
