using System.Security.Cryptography;
using Appliance.Timestamping.Asn1;

namespace Appliance.Timestamping.Tokens;

/// <summary>
/// Reads a finished response as its client will, and holds it against the request: the last thing before it leaves.
/// Shares no code with the template that made it.
/// </summary>
internal static class TokenCheck
{
    /// <summary>Contents octets of id-messageDigest.</summary>
    private static ReadOnlySpan<byte> MessageDigest => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04];

    /// <summary>
    /// True when it is granted, answers this request (imprint, policy, nonce, certificates as asked for), and its
    /// signed digest is that of its TSTInfo.
    /// </summary>
    /// <param name="response">DER of the TimeStampResp.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="policy">Contents octets of the policy that applies.</param>
    /// <param name="serial">The serial number that goes on record.</param>
    /// <param name="digest">Hash of the signature.</param>
    public static bool Answers(
        ReadOnlySpan<byte> response,
        in TimestampRequest request,
        ReadOnlySpan<byte> policy,
        ReadOnlySpan<byte> serial,
        HashAlgorithmName digest)
    {
        var outer = new DerReader(response);
        if (!outer.TryEnter(Der.Sequence, out var body) || !outer.IsAtEnd
            || !body.TryEnter(Der.Sequence, out var status)
            || !status.TryRead(Der.Integer, out var granted) || granted is not [0] || !status.IsAtEnd
            || !body.TryEnter(Der.Sequence, out var contentInfo) || !body.IsAtEnd
            || !contentInfo.TryRead(Der.ObjectIdentifier, out _)
            || !contentInfo.TryEnter(Der.Context0, out var wrapper) || !contentInfo.IsAtEnd
            || !wrapper.TryEnter(Der.Sequence, out var signedData)
            || !signedData.TryRead(Der.Integer, out var version) || version is not [3]
            || !signedData.TryRead(Der.Set, out _)
            || !signedData.TryEnter(Der.Sequence, out var content)
            || !content.TryRead(Der.ObjectIdentifier, out _)
            || !content.TryEnter(Der.Context0, out var octets)
            || !octets.TryRead(Der.OctetString, out var tstInfo))
        {
            return false;
        }

        var hasCertificates = signedData.NextTag == Der.Context0;
        return (!hasCertificates || signedData.TryRead(Der.Context0, out _))
            && hasCertificates == request.CertificatesRequested
            && signedData.TryEnter(Der.Set, out var signers) && signedData.IsAtEnd
            && signers.TryEnter(Der.Sequence, out var signer) && signers.IsAtEnd
            && AnswersInfo(tstInfo, request, policy, serial)
            && SignsInfo(signer, tstInfo, digest);
    }

    private static bool AnswersInfo(
        ReadOnlySpan<byte> encoded, in TimestampRequest request, ReadOnlySpan<byte> policy, ReadOnlySpan<byte> serial)
    {
        var outer = new DerReader(encoded);
        if (!outer.TryEnter(Der.Sequence, out var info) || !outer.IsAtEnd
            || !info.TryRead(Der.Integer, out var version) || version is not [1]
            || !info.TryRead(Der.ObjectIdentifier, out var oid) || !oid.SequenceEqual(policy)
            || !info.TryReadEncoded(Der.Sequence, out var imprint)
            || !imprint.SequenceEqual(request.Imprint.Span)
            || !info.TryRead(Der.Integer, out var number) || !number.SequenceEqual(serial)
            || !Der.IsInteger(number) || number[0] >= 0x80
            || !info.TryRead(Der.GeneralizedTime, out _)
            || !info.TryRead(Der.Sequence, out _))
        {
            return false;
        }

        ReadOnlySpan<byte> nonce = default;
        return (info.NextTag != Der.Integer || info.TryRead(Der.Integer, out nonce))
            && nonce.SequenceEqual(request.Nonce.Span)
            && (info.NextTag != Der.Context0 || info.TryRead(Der.Context0, out _))
            && (info.NextTag != Der.Context1 || info.TryRead(Der.Context1, out _))
            && info.IsAtEnd;
    }

    private static bool SignsInfo(DerReader signer, ReadOnlySpan<byte> tstInfo, HashAlgorithmName digest)
    {
        if (!signer.TryRead(Der.Integer, out _) || !signer.TryRead(Der.Sequence, out _)
            || !signer.TryRead(Der.Sequence, out _) || !signer.TryEnter(Der.Context0, out var attributes)
            || !signer.TryRead(Der.Sequence, out _) || !signer.TryRead(Der.OctetString, out var signature)
            || !signer.IsAtEnd || signature.IsEmpty)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[64];
        expected = expected[..CryptographicOperations.HashData(digest, tstInfo, expected)];
        while (!attributes.IsAtEnd)
        {
            if (!attributes.TryEnter(Der.Sequence, out var attribute)
                || !attribute.TryRead(Der.ObjectIdentifier, out var type)
                || !attribute.TryEnter(Der.Set, out var values))
            {
                return false;
            }

            if (type.SequenceEqual(MessageDigest))
            {
                return values.TryRead(Der.OctetString, out var found) && found.SequenceEqual(expected);
            }
        }

        return false;
    }
}
