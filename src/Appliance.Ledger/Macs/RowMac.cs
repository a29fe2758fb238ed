using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Appliance.Ledger.Macs;

/// <summary>
/// HMAC-SHA-256 (RFC 2104), truncated to its first 128 bits, over what an authorisation granted. Whoever can write the
/// database cannot make one. The first byte keeps the kinds of row apart.
/// </summary>
internal sealed class RowMac(ReadOnlyMemory<byte> key)
{
    public const int MaxHashLength = 64;
    private const byte ActivationKind = 1;
    private const byte HashKind = 2;
    private const byte OutcomeKind = 3;
    private const int HashHeaderLength = 1 + 16 + 4;
    private const int ActivationLength = 1 + (4 * 16) + 4 + 4 + 8;
    private const int OutcomeHeaderLength = 1 + (3 * 16);

#pragma warning disable IDE1006 // The naming rules know no thread statics, which are t_camelCase here.
    [ThreadStatic]
    private static RowMac? t_owner;

    [ThreadStatic]
    private static IncrementalHash? t_hmac;
#pragma warning restore IDE1006

    /// <summary>Over one authorised hash occurrence.</summary>
    public UInt128 OfHash(Guid activationId, int ordinal, ReadOnlySpan<byte> hash)
    {
        Debug.Assert(hash.Length <= MaxHashLength, "Prepare refuses longer hashes.");
        Span<byte> message = stackalloc byte[HashHeaderLength + MaxHashLength];
        message[0] = HashKind;
        activationId.TryWriteBytes(message[1..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(message[17..], ordinal);
        hash.CopyTo(message[HashHeaderLength..]);
        return Compute(message[..(HashHeaderLength + hash.Length)]);
    }

    /// <summary>Over everything in an activation that never changes.</summary>
    public UInt128 OfActivation(
        Guid activationId, Guid credentialId, Guid signerId, Guid clientId, int scal, int total, long expiresAt)
    {
        Span<byte> message = stackalloc byte[ActivationLength];
        message[0] = ActivationKind;
        activationId.TryWriteBytes(message[1..], bigEndian: true, out _);
        credentialId.TryWriteBytes(message[17..], bigEndian: true, out _);
        signerId.TryWriteBytes(message[33..], bigEndian: true, out _);
        clientId.TryWriteBytes(message[49..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(message[65..], scal);
        BinaryPrimitives.WriteInt32BigEndian(message[69..], total);
        BinaryPrimitives.WriteInt64BigEndian(message[73..], expiresAt);
        return Compute(message);
    }

    /// <summary>Over the recorded signatures of a request, and which request it was.</summary>
    public UInt128 OfOutcome(UInt128 key, UInt128 fingerprint, Guid requestId, ReadOnlySpan<byte> signatures)
    {
        Span<byte> header = stackalloc byte[OutcomeHeaderLength];
        header[0] = OutcomeKind;
        BinaryPrimitives.WriteUInt128BigEndian(header[1..], key);
        BinaryPrimitives.WriteUInt128BigEndian(header[17..], fingerprint);
        requestId.TryWriteBytes(header[33..], bigEndian: true, out _);
        return Compute(header, signatures);
    }

    private UInt128 Compute(ReadOnlySpan<byte> message, ReadOnlySpan<byte> rest = default)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var hmac = Keyed();
        hmac.AppendData(message);
        hmac.AppendData(rest);
        hmac.GetHashAndReset(mac);
        return BinaryPrimitives.ReadUInt128BigEndian(mac);
    }

    /// <summary>A keyed state that is used again costs 0.5 us where the one-shot function costs 1.2.</summary>
    private IncrementalHash Keyed()
    {
        if (t_owner != this)
        {
            t_hmac?.Dispose();
            t_hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Span);
            t_owner = this;
        }

        return t_hmac!;
    }
}
