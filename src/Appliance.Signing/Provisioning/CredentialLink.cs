using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Appliance.Storage;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// The link from a credential to its owner and its key (architecture, decision 9): HMAC-SHA-256 over what must not
/// change in a credential's row. Whoever can write the store can neither give a key to another signer, nor put
/// another key under a credential, nor lower its SCAL, nor raise its multisign.
/// </summary>
public sealed class CredentialLink
{
    private const byte FormatVersion = 1;
    private static ReadOnlySpan<byte> Context => "appliance credential link"u8;

    private readonly ReadOnlyMemory<byte> _key;

    /// <summary>Takes the key derived for <see cref="Keys.KeyPurpose.CredentialLink"/>; it must outlive this.</summary>
    public CredentialLink(ReadOnlyMemory<byte> key) => _key = key;

    /// <summary>The MAC that belongs into <see cref="CredentialRow.LinkMac"/>: 32 bytes.</summary>
    public byte[] Compute(CredentialRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key.Span);
        mac.AppendData(Context);
        mac.AppendData([FormatVersion]);
        Append(mac, row.Id);
        Append(mac, row.SignerId);
        Append(mac, row.ProfileId);
        Append(mac, row.KeyId);
        Append(mac, Encoding.UTF8.GetBytes(row.KeyLabel));
        Append(mac, row.KeyAlgorithm);
        Append(mac, row.PublicKey);
        Append(mac, row.Scal);
        Append(mac, row.Multisign);
        return mac.GetHashAndReset();
    }

    /// <summary>False when the row is not as it was when its credential was created.</summary>
    public bool Verify(CredentialRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return CryptographicOperations.FixedTimeEquals(Compute(row), row.LinkMac);
    }

    private static void Append(IncrementalHash mac, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        mac.AppendData(bytes);
    }

    private static void Append(IncrementalHash mac, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        mac.AppendData(bytes);
    }

    /// <summary>Length first, so that no two rows have the same encoding.</summary>
    private static void Append(IncrementalHash mac, ReadOnlySpan<byte> value)
    {
        Append(mac, value.Length);
        mac.AppendData(value);
    }
}
