using System.Security.Cryptography;
using Appliance.Timestamping.Asn1;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping;

/// <summary>
/// TimeStampReq version 1 (RFC 3161 section 2.4.1), as slices of what was sent. It keeps the sender's bytes: they must
/// not change while it is used.
/// </summary>
public readonly record struct TimestampRequest
{
    /// <summary>Longest request that is looked at, in bytes; a usual one has about 100.</summary>
    public const int MaxLength = 4096;

    /// <summary>
    /// Longest nonce, in contents octets of its INTEGER: a number of 511 bits at most; a usual one has 64.
    /// </summary>
    public const int MaxNonceLength = 64;

    /// <summary>The MessageImprint as it was sent, DER with identifier and length: echoed byte for byte.</summary>
    public ReadOnlyMemory<byte> Imprint { get; private init; }

    /// <summary>Contents octets of the imprint's hash algorithm.</summary>
    public ReadOnlyMemory<byte> HashAlgorithmOid { get; private init; }

    /// <summary>The digest.</summary>
    public ReadOnlyMemory<byte> Digest { get; private init; }

    /// <summary>Contents octets of the requested policy; empty for none.</summary>
    public ReadOnlyMemory<byte> PolicyOid { get; private init; }

    /// <summary>Contents octets of the nonce; empty for none.</summary>
    public ReadOnlyMemory<byte> Nonce { get; private init; }

    /// <summary>The response is to carry the unit's certificates.</summary>
    public bool CertificatesRequested { get; private init; }

    /// <summary>There are extensions; none is served.</summary>
    public bool HasExtensions { get; private init; }

    /// <summary>True when the hash algorithm has parameters other than NULL, which no known one has.</summary>
    internal bool HasHashParameters { get; private init; }

    /// <summary>Reads a request. Never throws.</summary>
    /// <param name="source">DER, nothing behind it. An explicit <c>certReq FALSE</c> is tolerated.</param>
    /// <param name="request">What was read, when None is returned.</param>
    /// <returns>None, BadDataFormat (no such structure), or BadRequest (another version, an endless nonce).</returns>
    public static TimestampFailure TryDecode(ReadOnlyMemory<byte> source, out TimestampRequest request)
    {
        request = default;
        var outer = new DerReader(source.Span);
        if (source.Length > MaxLength || !outer.TryEnter(Der.Sequence, out var reader) || !outer.IsAtEnd
            || !reader.TryRead(Der.Integer, out var version) || !Der.IsInteger(version))
        {
            return TimestampFailure.BadDataFormat;
        }

        if (!version.SequenceEqual((ReadOnlySpan<byte>)[1]))
        {
            return TimestampFailure.BadRequest;
        }

        return ReadFields(source, reader, out request);
    }

    /// <summary>Makes a request, DER.</summary>
    /// <param name="algorithm">SHA-256/384/512 or SHA3-256/384/512.</param>
    /// <param name="digest">Digest of the algorithm's length.</param>
    /// <param name="policy">Dotted decimal; null asks for the unit's default.</param>
    /// <param name="nonce">Unsigned big-endian number below 2^511; empty for none.</param>
    /// <param name="certificates">Ask for the unit's certificates.</param>
    /// <exception cref="ArgumentException">The digest, the policy or the nonce does not fit.</exception>
    public static byte[] Create(
        HashAlgorithmName algorithm,
        ReadOnlySpan<byte> digest,
        string? policy = null,
        ReadOnlySpan<byte> nonce = default,
        bool certificates = true)
    {
        var known = ImprintAlgorithm.ByName(algorithm);
        if (digest.Length != known.Length)
        {
            throw new ArgumentException($"A {algorithm.Name} digest has {known.Length} bytes.", nameof(digest));
        }

        var policyOid = policy is null ? [] : Der.EncodeOid(policy);
        var number = nonce.TrimStart((byte)0);
        if (number.Length > MaxNonceLength || (number.Length == MaxNonceLength && number[0] >= 0x80))
        {
            throw new ArgumentException("A nonce is below 2^511.", nameof(nonce));
        }

        number = number.IsEmpty && !nonce.IsEmpty ? nonce[^1..] : number;
        var isPadded = !number.IsEmpty && number[0] >= 0x80;

        // Lengths, from the inside out.
        var imprint = ImprintAlgorithm.IdentifierLength + Der.SizeOf(digest.Length);
        var nonceLength = number.Length + (isPadded ? 1 : 0);
        var contents = Der.SizeOf(1) + Der.SizeOf(imprint) + policyOid.Length
            + (number.IsEmpty ? 0 : Der.SizeOf(nonceLength)) + (certificates ? Der.SizeOf(1) : 0);

        var encoded = new byte[Der.SizeOf(contents)];
        var cursor = new DerCursor(encoded);
        cursor.Header(Der.Sequence, contents);
        cursor.Value(Der.Integer, [1]);
        cursor.Header(Der.Sequence, imprint);
        known.WriteIdentifier(ref cursor);
        cursor.Value(Der.OctetString, digest);
        cursor.Raw(policyOid);
        if (!number.IsEmpty)
        {
            cursor.Header(Der.Integer, nonceLength);
            cursor.Raw(isPadded ? [0] : []);
            cursor.Raw(number);
        }

        if (certificates)
        {
            cursor.Value(Der.Boolean, [0xFF]);
        }

        return encoded;
    }

    /// <summary>The hash algorithm that an object identifier names, if it is one that imprints may have.</summary>
    /// <param name="oid">Dotted decimal.</param>
    /// <param name="algorithm">SHA-256/384/512 or SHA3-256/384/512.</param>
    /// <param name="length">Bytes of its digests.</param>
    /// <returns>False for all others, SHA-1 among them.</returns>
    public static bool TryFindAlgorithm(string oid, out HashAlgorithmName algorithm, out int length)
    {
        var found = ImprintAlgorithm.ByOid(oid);
        (algorithm, length) = (found.Name, found.Length);
        return length > 0;
    }

    private static TimestampFailure ReadFields(
        ReadOnlyMemory<byte> source, DerReader reader, out TimestampRequest request)
    {
        request = default;
        if (!reader.TryReadEncoded(Der.Sequence, out var imprint)
            || !TryReadImprint(imprint, out var algorithm, out var hasParameters, out var digest))
        {
            return TimestampFailure.BadDataFormat;
        }

        ReadOnlySpan<byte> policy = default, nonce = default, certReq = default, extensions = default;
        if ((reader.NextTag == Der.ObjectIdentifier
                && (!reader.TryRead(Der.ObjectIdentifier, out policy) || !Der.IsObjectIdentifier(policy)))
            || (reader.NextTag == Der.Integer
                && (!reader.TryRead(Der.Integer, out nonce) || !Der.IsInteger(nonce)))
            || (reader.NextTag == Der.Boolean
                && (!reader.TryRead(Der.Boolean, out certReq) || certReq is not ([0x00] or [0xFF])))
            || (reader.NextTag == Der.Context0
                && (!reader.TryRead(Der.Context0, out extensions) || !AreExtensions(extensions)))
            || !reader.IsAtEnd)
        {
            return TimestampFailure.BadDataFormat;
        }

        if (nonce.Length > MaxNonceLength)
        {
            return TimestampFailure.BadRequest;
        }

        request = new TimestampRequest
        {
            Imprint = SliceOf(source, imprint),
            HashAlgorithmOid = SliceOf(source, algorithm),
            HasHashParameters = hasParameters,
            Digest = SliceOf(source, digest),
            PolicyOid = SliceOf(source, policy),
            Nonce = SliceOf(source, nonce),
            CertificatesRequested = certReq is [0xFF],
            HasExtensions = !extensions.IsEmpty,
        };
        return TimestampFailure.None;
    }

    private static bool TryReadImprint(
        ReadOnlySpan<byte> encoded,
        out ReadOnlySpan<byte> algorithm,
        out bool hasParameters,
        out ReadOnlySpan<byte> digest)
    {
        algorithm = digest = default;
        hasParameters = false;
        if (!new DerReader(encoded).TryEnter(Der.Sequence, out var imprint)
            || !imprint.TryEnter(Der.Sequence, out var identifier)
            || !identifier.TryRead(Der.ObjectIdentifier, out algorithm) || !Der.IsObjectIdentifier(algorithm)
            || !imprint.TryRead(Der.OctetString, out digest) || !imprint.IsAtEnd)
        {
            return false;
        }

        if (!identifier.IsAtEnd)
        {
            hasParameters = identifier.NextTag != Der.Null;
            return identifier.TryRead(identifier.NextTag, out var parameters) && identifier.IsAtEnd
                && (hasParameters || parameters.IsEmpty);
        }

        return true;
    }

    /// <summary>Extensions of RFC 5280 section 4.1.2.9: one at least, each well-formed.</summary>
    private static bool AreExtensions(ReadOnlySpan<byte> contents)
    {
        var list = new DerReader(contents);
        while (!list.IsAtEnd)
        {
            if (!list.TryEnter(Der.Sequence, out var extension)
                || !extension.TryRead(Der.ObjectIdentifier, out var oid) || !Der.IsObjectIdentifier(oid)
                || (extension.NextTag == Der.Boolean
                    && (!extension.TryRead(Der.Boolean, out var critical) || critical is not ([0x00] or [0xFF])))
                || !extension.TryRead(Der.OctetString, out _) || !extension.IsAtEnd)
            {
                return false;
            }
        }

        return !contents.IsEmpty;
    }

    /// <summary>The memory behind a part of it.</summary>
    private static ReadOnlyMemory<byte> SliceOf(ReadOnlyMemory<byte> source, ReadOnlySpan<byte> part)
        => !part.IsEmpty && source.Span.Overlaps(part, out var offset) ? source.Slice(offset, part.Length) : default;
}
