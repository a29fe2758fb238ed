using System.Security.Cryptography;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>What applies to all digests of a call, or to the items of a stream that follow.</summary>
/// <param name="Unit">Who answers.</param>
/// <param name="Policy">One of the unit's; null for its default.</param>
/// <param name="WithCertificates">Tokens carry the unit's certificates (certReq).</param>
/// <param name="CredentialId">For whose signer, where a client asks; null for none.</param>
internal sealed record StampManner(TimestampUnit Unit, string? Policy, bool WithCertificates, Guid? CredentialId)
{
    /// <summary>Longest nonce in bytes: as an INTEGER it may need one more.</summary>
    public const int MaxNonceLength = TimestampRequest.MaxNonceLength - 1;

    /// <summary>DER of a TimeStampReq.</summary>
    /// <param name="algorithm">Of the digest, which has its length.</param>
    /// <param name="digest">What is to be stamped.</param>
    /// <param name="nonce">At most <see cref="MaxNonceLength"/> bytes; empty for none.</param>
    public byte[] RequestFor(HashAlgorithmName algorithm, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> nonce)
        => TimestampRequest.Create(algorithm, digest, Policy, nonce, WithCertificates);
}
