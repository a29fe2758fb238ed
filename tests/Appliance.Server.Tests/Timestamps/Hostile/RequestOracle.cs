using System.Formats.Asn1;
using System.Numerics;

namespace Appliance.Server.Tests.Timestamps.Hostile;

/// <summary>
/// Whether a unit of <see cref="TsaAppliance"/> has to grant a request: by RFC 3161 and the platform's reader, with
/// nothing of the product.
/// </summary>
internal static class RequestOracle
{
    public const string Policy = "0.4.0.2023.1.1";
    private const int MostNonceOctets = 64;

    private static readonly Dictionary<string, int> s_lengths = new(StringComparer.Ordinal)
    {
        ["2.16.840.1.101.3.4.2.1"] = 32,
        ["2.16.840.1.101.3.4.2.2"] = 48,
        ["2.16.840.1.101.3.4.2.3"] = 64,
        ["2.16.840.1.101.3.4.2.8"] = 32,
        ["2.16.840.1.101.3.4.2.9"] = 48,
        ["2.16.840.1.101.3.4.2.10"] = 64,
    };

    public static bool IsGood(byte[] request)
    {
        try
        {
            var outer = new AsnReader(request, AsnEncodingRules.DER);
            var fields = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            if (fields.ReadInteger() != BigInteger.One)
            {
                return false;
            }

            var imprint = fields.ReadSequence();
            var algorithm = imprint.ReadSequence();
            var hash = algorithm.ReadObjectIdentifier();
            if (algorithm.HasData)
            {
                algorithm.ReadNull();
            }

            algorithm.ThrowIfNotEmpty();
            var digest = imprint.ReadOctetString();
            imprint.ThrowIfNotEmpty();
            var policy = Next(fields, Asn1Tag.ObjectIdentifier) ? fields.ReadObjectIdentifier() : Policy;
            var nonce = Next(fields, Asn1Tag.Integer) ? fields.ReadIntegerBytes() : default;
            _ = Next(fields, Asn1Tag.Boolean) && fields.ReadBoolean();
            fields.ThrowIfNotEmpty();
            return s_lengths.TryGetValue(hash, out var length) && digest.Length == length && policy == Policy
                && nonce.Length <= MostNonceOctets;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static bool Next(AsnReader reader, Asn1Tag tag) => reader.HasData && reader.PeekTag() == tag;
}
