using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Ledger;

/// <summary>
/// Asks that a reservation's result be recorded under the id that the caller gave its request, and delivered again when
/// the same is asked for once more.
/// </summary>
/// <param name="Key">Where it is recorded: <see cref="KeyOf"/>.</param>
/// <param name="Fingerprint">What is asked for: <see cref="FingerprintOf"/>.</param>
/// <param name="ExpiresAt">Unix milliseconds; kept at least until then.</param>
/// <param name="OnlyRecorded">
/// True to reserve nothing: without a record the answer is <see cref="ReservationStatus.ActivationExpired"/>.
/// </param>
public sealed record OutcomeRequest(UInt128 Key, UInt128 Fingerprint, long ExpiresAt, bool OnlyRecorded = false)
{
    /// <summary>
    /// The first 128 bits of SHA-256 over signer, client and id: the ids of one client are nobody else's.
    /// </summary>
    /// <param name="signerId">The caller's signer.</param>
    /// <param name="clientId">The caller's client application.</param>
    /// <param name="id">The request's id as the caller gave it.</param>
    public static UInt128 KeyOf(Guid signerId, Guid clientId, string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(digest, signerId);
        Append(digest, clientId);
        digest.AppendData(Encoding.UTF8.GetBytes(id));
        return First128Bits(digest);
    }

    /// <summary>
    /// The first 128 bits of SHA-256 over what must be the same for a result to be delivered again.
    /// </summary>
    /// <param name="activationId">From the SAD.</param>
    /// <param name="credentialId">The credential to sign with.</param>
    /// <param name="scheme">How to sign: one text per kind, hash and parameters.</param>
    /// <param name="hashes">The digests, in order.</param>
    public static UInt128 FingerprintOf(
        Guid activationId, Guid credentialId, string scheme, IReadOnlyList<byte[]> hashes)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(hashes);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(digest, activationId);
        Append(digest, credentialId);
        var text = Encoding.UTF8.GetBytes(scheme);
        Append(digest, text.Length);
        digest.AppendData(text);
        for (var i = 0; i < hashes.Count; i++)
        {
            Append(digest, hashes[i].Length);
            digest.AppendData(hashes[i]);
        }

        return First128Bits(digest);
    }

    private static void Append(IncrementalHash digest, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        digest.AppendData(bytes);
    }

    private static void Append(IncrementalHash digest, int length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        digest.AppendData(bytes);
    }

    private static UInt128 First128Bits(IncrementalHash digest)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        digest.GetHashAndReset(hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
