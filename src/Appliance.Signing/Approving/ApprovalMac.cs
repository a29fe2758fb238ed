using System.Buffers.Binary;
using System.Security.Cryptography;
using Appliance.Storage;

namespace Appliance.Signing.Approving;

/// <summary>
/// HMAC-SHA-256 (RFC 2104) over an approval's row, state included: who can write the database approves nothing, and
/// changes nothing of what is approved.
/// </summary>
internal sealed class ApprovalMac(ReadOnlyMemory<byte> key)
{
    private const byte FormatVersion = 1;
    private const int DigestLength = SHA256.HashSizeInBytes;
    private const int HeadLength = 1 + (2 * DigestLength) + (5 * 16) + (3 * sizeof(int)) + (4 * sizeof(long));

    public ApprovalRow Sign(ApprovalRow row) => row with { Mac = Compute(row) };

    public bool Verify(ApprovalRow row)
        => row.Handle.Length == DigestLength && row.Link.Length == DigestLength
            && CryptographicOperations.FixedTimeEquals(Compute(row), row.Mac);

    /// <summary>
    /// The content comes last, all before it is of one length, so that no two rows have one encoding.
    /// </summary>
    private byte[] Compute(ApprovalRow row)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        head[0] = FormatVersion;
        row.Handle.CopyTo(head[1..]);
        row.Link.CopyTo(head[33..]);
        row.Id.TryWriteBytes(head[65..], bigEndian: true, out _);
        row.SignerId.TryWriteBytes(head[81..], bigEndian: true, out _);
        row.ClientId.TryWriteBytes(head[97..], bigEndian: true, out _);
        row.CredentialId.TryWriteBytes(head[113..], bigEndian: true, out _);
        row.ActivationId.TryWriteBytes(head[129..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(head[145..], row.Scal);
        BinaryPrimitives.WriteInt32BigEndian(head[149..], row.Total);
        BinaryPrimitives.WriteInt32BigEndian(head[153..], (int)row.State);
        BinaryPrimitives.WriteInt64BigEndian(head[157..], row.CreatedAt);
        BinaryPrimitives.WriteInt64BigEndian(head[165..], row.ExpiresAt);
        BinaryPrimitives.WriteInt64BigEndian(head[173..], row.DecidedAt);
        BinaryPrimitives.WriteInt64BigEndian(head[181..], row.EndsAt);
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Span);
        mac.AppendData(head);
        mac.AppendData(row.Content);
        return mac.GetHashAndReset();
    }
}
