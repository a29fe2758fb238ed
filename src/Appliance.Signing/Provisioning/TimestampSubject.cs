using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// Whom the certificate of a time-stamping unit names (EN 319 422 clause 6.2, EN 319 412-3 clause 4.2.1): the authority
/// by country and organisation, the unit by a common name that no other unit of the authority has. Limits are the upper
/// bounds of RFC 5280 appendix A.1.
/// </summary>
/// <param name="Country">ISO 3166-1 alpha-2, two capital letters.</param>
/// <param name="Organisation">1 to 64 characters.</param>
/// <param name="CommonName">1 to 64 characters.</param>
/// <param name="OrganisationIdentifier">As EN 319 412-1 clause 5.1.4 writes them (VATRO-123), 1 to 64 characters, or
/// null.</param>
public sealed record TimestampSubject(
    string Country, string Organisation, string CommonName, string? OrganisationIdentifier = null)
{
    private const int Limit = 64;
    private const string OrganisationIdentifierOid = "2.5.4.97";

    /// <exception cref="ProvisioningException">A part is empty, too long or has characters it cannot have.</exception>
    internal X500DistinguishedName ToDistinguishedName()
    {
        if (Country is not { Length: 2 } || !Country.All(char.IsAsciiLetterUpper))
        {
            throw new ProvisioningException("A unit's country is two capital letters, such as RO.");
        }

        Check(CommonName, "common name");
        Check(Organisation, "organisation");

        // The builder turns the order round: the name begins with the country.
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(CommonName);
        if (OrganisationIdentifier is not null)
        {
            Check(OrganisationIdentifier, "organisation identifier");
            builder.Add(OrganisationIdentifierOid, OrganisationIdentifier, UniversalTagNumber.UTF8String);
        }

        builder.AddOrganizationName(Organisation);
        builder.AddCountryOrRegion(Country);
        return builder.Build();
    }

    private static void Check(string value, string what)
    {
        if (string.IsNullOrWhiteSpace(value) || value.Length > Limit
            || value.EnumerateRunes().Any(static rune => rune == Rune.ReplacementChar || Rune.IsControl(rune)))
        {
            throw new ProvisioningException(string.Create(
                CultureInfo.InvariantCulture, $"A unit's {what} has 1 to {Limit} characters, none of them a control."));
        }
    }
}
