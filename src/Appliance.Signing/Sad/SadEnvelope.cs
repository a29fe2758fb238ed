using System.Buffers.Binary;

namespace Appliance.Signing.Sad;

/// <summary>
/// What a SAD binds (decision 9 of the architecture, csc-api 4.2): which activation, whose, for which credential and
/// client, how much and until when. Which hashes remain is decided by the activation's rows, not here.
/// </summary>
/// <param name="ActivationId">The activation in the ledger.</param>
/// <param name="CredentialId">The credential that it activates.</param>
/// <param name="SignerId">The signer that authorised it.</param>
/// <param name="ClientId">The client that obtained it; empty for a signer who signed in by itself.</param>
/// <param name="Scal">1 or 2.</param>
/// <param name="SignatureCount">numSignatures at issue.</param>
/// <param name="ExpiresAt">Unix milliseconds UTC; the SAD is void from this instant on.</param>
internal readonly record struct SadEnvelope(
    Guid ActivationId,
    Guid CredentialId,
    Guid SignerId,
    Guid ClientId,
    byte Scal,
    int SignatureCount,
    long ExpiresAt)
{
    /// <summary>Octets of the encoded envelope, without its MAC.</summary>
    public const int Length = 1 + 1 + 1 + (4 * 16) + 4 + 8;

    private const byte Version = 1;

    /// <summary>Writes version, key id, SCAL, the four ids, count and expiry, big-endian.</summary>
    public void Write(Span<byte> destination, byte keyId)
    {
        destination[0] = Version;
        destination[1] = keyId;
        destination[2] = Scal;
        ActivationId.TryWriteBytes(destination[3..], bigEndian: true, out _);
        CredentialId.TryWriteBytes(destination[19..], bigEndian: true, out _);
        SignerId.TryWriteBytes(destination[35..], bigEndian: true, out _);
        ClientId.TryWriteBytes(destination[51..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(destination[67..], SignatureCount);
        BinaryPrimitives.WriteInt64BigEndian(destination[71..], ExpiresAt);
    }

    /// <summary>Reads what <see cref="Write"/> wrote. The MAC was checked before: the contents are ours.</summary>
    public static SadEnvelope Read(ReadOnlySpan<byte> source) => new(
        new Guid(source.Slice(3, 16), bigEndian: true),
        new Guid(source.Slice(19, 16), bigEndian: true),
        new Guid(source.Slice(35, 16), bigEndian: true),
        new Guid(source.Slice(51, 16), bigEndian: true),
        source[2],
        BinaryPrimitives.ReadInt32BigEndian(source[67..]),
        BinaryPrimitives.ReadInt64BigEndian(source[71..]));

    /// <summary>True when the first octets name this version and key.</summary>
    public static bool Names(ReadOnlySpan<byte> source, byte keyId) => source[0] == Version && source[1] == keyId;
}
