using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace Appliance.Tests.Shared.Timestamps;

/// <summary>
/// Verifies an ArchiveTimeStamp by the text of RFC 4998 section 4.3 alone, with nothing of the product.
/// </summary>
internal static class Rfc4998Judge
{
    public static bool Accepts(byte[] archiveTimestamp, byte[] digest)
    {
        // ArchiveTimeStamp ::= SEQUENCE { digestAlgorithm [0] AlgorithmIdentifier OPTIONAL, attributes [1] OPTIONAL,
        //   reducedHashtree [2] SEQUENCE OF PartialHashtree OPTIONAL, timeStamp ContentInfo }, IMPLICIT TAGS
        var fields = new AsnReader(archiveTimestamp, AsnEncodingRules.DER).ReadSequence();
        var oid = fields.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadObjectIdentifier();
        var h = digest;
        var treeTag = new Asn1Tag(TagClass.ContextSpecific, 2, isConstructed: true);
        if (fields.PeekTag() == treeTag)
        {
            var lists = fields.ReadSequence(treeTag);
            var first = true;
            while (lists.HasData)
            {
                var list = new List<byte[]>();
                var partial = lists.ReadSequence();
                while (partial.HasData)
                {
                    list.Add(partial.ReadOctetString());
                }

                // 1. Search for hash value h in the first list. If not present, terminate with negative result.
                if (first && !list.Any(hash => hash.SequenceEqual(h)))
                {
                    return false;
                }

                // 2. Concatenate in binary ascending order and hash; add that to the next list.
                if (!first)
                {
                    list.Add(h);
                }

                first = false;
                var ordered = list.OrderBy(Convert.ToHexString, StringComparer.Ordinal).SelectMany(hash => hash);
                h = Hash(oid, [.. ordered]);
            }
        }

        // 3. Check the time-stamp: its imprint is the root, and its signature is right.
        var token = fields.ReadEncodedValue();
        return Rfc3161TimestampToken.TryDecode(token, out var stamp, out _)
            && string.Equals(stamp.TokenInfo.HashAlgorithmId.Value, oid, StringComparison.Ordinal)
            && stamp.TokenInfo.GetMessageHash().Span.SequenceEqual(h)
            && stamp.VerifySignatureForHash(h, stamp.TokenInfo.HashAlgorithmId, out _);
    }

    private static byte[] Hash(string oid, byte[] data) => oid switch
    {
        "2.16.840.1.101.3.4.2.1" => SHA256.HashData(data),
        "2.16.840.1.101.3.4.2.2" => SHA384.HashData(data),
        "2.16.840.1.101.3.4.2.3" => SHA512.HashData(data),
        "2.16.840.1.101.3.4.2.8" => SHA3_256.HashData(data),
        _ => throw new InvalidOperationException(oid),
    };
}
