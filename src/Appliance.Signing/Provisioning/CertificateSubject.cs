using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Appliance.Signing.Provisioning;

/// <summary>Whom a certificate names. Limits are the upper bounds of RFC 5280 appendix A.1.</summary>
/// <param name="CommonName">1 to 64 characters.</param>
/// <param name="SerialNumber">Tells apart holders of one name: PrintableString, 1 to 64 characters, or null.</param>
/// <param name="EmailAddress">IA5String, 3 to 255 characters, or null.</param>
public sealed record CertificateSubject(string CommonName, string? SerialNumber = null, string? EmailAddress = null)
{
    private const int NameLimit = 64;
    private const int EmailLimit = 255;
    private const string SerialNumberOid = "2.5.4.5";

    /// <summary>The distinguished name.</summary>
    /// <exception cref="ProvisioningException">A part is empty, too long or has characters it cannot have.</exception>
    internal X500DistinguishedName ToDistinguishedName()
    {
        Check(CommonName, NameLimit, "name", static rune => !Rune.IsControl(rune));
        var builder = new X500DistinguishedNameBuilder();
        if (EmailAddress is not null)
        {
            Check(EmailAddress, EmailLimit, "e-mail address", static rune => rune.Value is > 0x20 and < 0x7F);
            builder.AddEmailAddress(EmailAddress);
        }

        if (SerialNumber is not null)
        {
            Check(SerialNumber, NameLimit, "serial number", IsPrintable);
            builder.Add(SerialNumberOid, SerialNumber, UniversalTagNumber.PrintableString);
        }

        builder.AddCommonName(CommonName);
        return builder.Build();
    }

    /// <summary>PrintableString (X.680 section 41.4).</summary>
    private static bool IsPrintable(Rune rune)
        => rune.IsAscii
            && (char.IsAsciiLetterOrDigit((char)rune.Value)
                || " '()+,-./:=?".Contains((char)rune.Value, StringComparison.Ordinal));

    private static void Check(string value, int limit, string what, Func<Rune, bool> allowed)
    {
        if (string.IsNullOrWhiteSpace(value) || value.Length > limit)
        {
            throw new ProvisioningException(
                FormattableString.Invariant($"A certificate's {what} has 1 to {limit} characters; shorten it."));
        }

        foreach (var rune in value.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar || !allowed(rune))
            {
                var character = rune.Value.ToString("X4", CultureInfo.InvariantCulture);
                throw new ProvisioningException($"A certificate's {what} cannot have the character U+{character}.");
            }
        }
    }
}
