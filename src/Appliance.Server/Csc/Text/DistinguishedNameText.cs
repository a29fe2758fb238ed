using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Appliance.Server.Csc.Text;

/// <summary>
/// X.501 names as RFC 4514 text. The platform's formatter quotes values instead of escaping them, which clients that
/// parse the name by the RFC do not read.
/// </summary>
internal static class DistinguishedNameText
{
    private const string CommonNameOid = "2.5.4.3";
    private const string OrganizationOid = "2.5.4.10";

    /// <summary>The name, most specific attribute first, joined by commas (RFC 4514 section 2.1).</summary>
    /// <exception cref="AsnContentException">The name is no DER.</exception>
    public static string Format(X500DistinguishedName name)
    {
        var rdns = new List<string>();
        var sequence = new AsnReader(name.RawData, AsnEncodingRules.DER).ReadSequence();
        while (sequence.HasData)
        {
            rdns.Add(FormatRelative(sequence.ReadSetOf(skipSortOrderValidation: true)));
        }

        rdns.Reverse();
        return string.Join(',', rdns);
    }

    /// <summary>The organization and the common name, unescaped; each empty where the name has none.</summary>
    public static (string Organization, string CommonName) Essentials(X500DistinguishedName name)
    {
        var (organization, commonName) = ("", "");
        foreach (var rdn in name.EnumerateRelativeDistinguishedNames())
        {
            if (rdn.HasMultipleElements || rdn.GetSingleElementValue() is not { } value)
            {
                continue;
            }

            var type = rdn.GetSingleElementType().Value;
            organization = type == OrganizationOid ? value : organization;
            commonName = type == CommonNameOid ? value : commonName;
        }

        return (organization, commonName);
    }

    private static string FormatRelative(AsnReader set)
    {
        var text = new StringBuilder();
        while (set.HasData)
        {
            var attribute = set.ReadSequence();
            var oid = attribute.ReadObjectIdentifier();
            var value = attribute.ReadEncodedValue();
            var keyword = Keyword(oid);
            if (text.Length > 0)
            {
                text.Append('+');
            }

            text.Append(keyword ?? oid).Append('=');

            // Section 2.4: a type written as a dotted OID takes the hexadecimal form of the whole value.
            if (keyword is not null && TryReadString(value, out var plain))
            {
                AppendEscaped(text, plain);
            }
            else
            {
                text.Append('#').Append(Convert.ToHexString(value.Span));
            }
        }

        return text.ToString();
    }

    /// <summary>
    /// RFC 4514 section 3, then names that the common parsers (Java's X500Principal among them) know as well.
    /// </summary>
    private static string? Keyword(string oid) => oid switch
    {
        CommonNameOid => "CN",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        OrganizationOid => "O",
        "2.5.4.11" => "OU",
        "2.5.4.6" => "C",
        "2.5.4.9" => "STREET",
        "0.9.2342.19200300.100.1.25" => "DC",
        "0.9.2342.19200300.100.1.1" => "UID",
        "2.5.4.4" => "SURNAME",
        "2.5.4.5" => "SERIALNUMBER",
        "2.5.4.42" => "GIVENNAME",
        "1.2.840.113549.1.9.1" => "EMAILADDRESS",
        _ => null,
    };

    private static bool TryReadString(ReadOnlyMemory<byte> encoded, out string text)
    {
        text = "";
        var tag = Asn1Tag.Decode(encoded.Span, out _);
        if (tag.TagClass != TagClass.Universal || tag.IsConstructed)
        {
            return false;
        }

        switch ((UniversalTagNumber)tag.TagValue)
        {
            case UniversalTagNumber.UTF8String:
            case UniversalTagNumber.PrintableString:
            case UniversalTagNumber.IA5String:
            case UniversalTagNumber.T61String:
            case UniversalTagNumber.BMPString:
            case UniversalTagNumber.NumericString:
            case UniversalTagNumber.VisibleString:
                try
                {
                    text = AsnDecoder.ReadCharacterString(
                        encoded.Span, AsnEncodingRules.DER, (UniversalTagNumber)tag.TagValue, out _);
                    return true;
                }
                catch (AsnContentException)
                {
                    return false; // Mislabelled strings exist; the hexadecimal form is always right.
                }

            default:
                return false;
        }
    }

    /// <summary>RFC 4514 section 2.4.</summary>
    private static void AppendEscaped(StringBuilder text, string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            var edge = (c == ' ' && (i == 0 || i == value.Length - 1)) || (c == '#' && i == 0);
            if (c < ' ')
            {
                text.Append(CultureInfo.InvariantCulture, $"\\{(int)c:X2}");
                continue;
            }

            if (edge || c is '"' or '+' or ',' or ';' or '<' or '>' or '\\')
            {
                text.Append('\\');
            }

            text.Append(c);
        }
    }
}
