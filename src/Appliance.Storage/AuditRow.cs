namespace Appliance.Storage;

/// <summary>A record of the audit trail.</summary>
/// <param name="Sequence">Its chain's id times 2^32, plus its position in the chain, from 1.</param>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Event">The event's pinned name.</param>
/// <param name="Outcome">The outcome's pinned name.</param>
/// <param name="SignerId">The signer concerned.</param>
/// <param name="CredentialId">The credential concerned.</param>
/// <param name="ActivationId">The activation concerned.</param>
/// <param name="ClientId">The client application that asked.</param>
/// <param name="RequestId">The request.</param>
/// <param name="Count">How many it was about.</param>
/// <param name="Digest">What was signed; empty when nothing was.</param>
/// <param name="Detail">Fixed text or a code.</param>
/// <param name="Actor">The admin who did it, by the name of the operating system's user; null for anybody else.</param>
/// <param name="Hash">Its hash in the chain (<see cref="AuditHash"/>); empty in what is older than chains.</param>
public readonly record struct AuditRow(
    long Sequence,
    long At,
    string Event,
    string Outcome,
    Guid? SignerId,
    Guid? CredentialId,
    Guid? ActivationId,
    Guid? ClientId,
    Guid? RequestId,
    int Count,
    ReadOnlyMemory<byte> Digest,
    string? Detail,
    string? Actor = null,
    ReadOnlyMemory<byte> Hash = default)
{
    private const int PositionBits = 32;

    /// <summary>The chain's id.</summary>
    public long Chain => Sequence >> PositionBits;

    /// <summary>The position in the chain, from 1.</summary>
    public long Position => Sequence & uint.MaxValue;

    /// <summary>The sequence number of a place in a chain.</summary>
    public static long SequenceOf(long chain, long position) => (chain << PositionBits) + position;
}
