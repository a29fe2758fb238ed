using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;

namespace Appliance.Signing.Algorithms;

/// <summary>
/// RSASSA-PSS-params (RFC 8017 A.2.3). The defaults are SHA-1 with a salt of 20 octets, so whatever is left out means
/// SHA-1 and is refused; MGF1 must use the signing hash, and the trailer field must be 1. SHA-3 is refused: the tokens'
/// MGF1 knows SHA-2 only.
/// </summary>
internal sealed record PssParameters(HashAlgorithm Hash, int SaltLength)
{
    private const string Mgf1 = "1.2.840.113549.1.1.8";
    private const int SaltDefault = 20;

    /// <summary>
    /// The largest salt: the hash's own length is what RFC 8017 9.1 calls typical, 64 the longest hash.
    /// </summary>
    private const int SaltLimit = 64;

    public static bool TryDecode(ReadOnlyMemory<byte> der, [NotNullWhen(true)] out PssParameters? parameters)
    {
        parameters = null;
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            var reader = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var hash = ReadHash(reader, 0, null);
            var maskHash = ReadHash(reader, 1, Mgf1);
            var salt = ReadNumber(reader, 2, SaltDefault);
            var trailer = ReadNumber(reader, 3, 1);
            reader.ThrowIfNotEmpty();
            if (!IsServed(hash) || hash != maskHash || salt is < 0 or > SaltLimit || trailer != 1)
            {
                return false;
            }

            parameters = new PssParameters(hash, salt);
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static bool IsServed([NotNullWhen(true)] HashAlgorithm? hash)
        => hash is not null
            && (hash == HashAlgorithm.Sha256 || hash == HashAlgorithm.Sha384 || hash == HashAlgorithm.Sha512);

    /// <summary>Reads [n] AlgorithmIdentifier; for MGF1 the hash is in its parameters.</summary>
    private static HashAlgorithm? ReadHash(AsnReader reader, int tagNumber, string? wrapper)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, tagNumber, isConstructed: true);
        if (!reader.HasData || !reader.PeekTag().HasSameClassAndValue(tag))
        {
            return null;
        }

        var explicitTag = reader.ReadSequence(tag);
        var identifier = explicitTag.ReadSequence();
        explicitTag.ThrowIfNotEmpty();
        if (wrapper is not null)
        {
            if (identifier.ReadObjectIdentifier() != wrapper)
            {
                return null;
            }

            var inner = identifier.ReadSequence();
            identifier.ThrowIfNotEmpty();
            identifier = inner;
        }

        var hash = HashAlgorithm.Find(identifier.ReadObjectIdentifier());
        if (identifier.HasData)
        {
            identifier.ReadNull();
        }

        identifier.ThrowIfNotEmpty();
        return hash;
    }

    private static int ReadNumber(AsnReader reader, int tagNumber, int absent)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, tagNumber, isConstructed: true);
        if (!reader.HasData || !reader.PeekTag().HasSameClassAndValue(tag))
        {
            return absent;
        }

        var inner = reader.ReadSequence(tag);
        if (!inner.TryReadInt32(out var value))
        {
            return -1;
        }

        inner.ThrowIfNotEmpty();
        return value;
    }
}
