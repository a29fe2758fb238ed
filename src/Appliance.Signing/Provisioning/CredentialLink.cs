using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Appliance.Storage;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// The link from a credential to its owner, its key and its policies (architecture, decision 9): HMAC-SHA-256 over what
/// only the appliance may change in a credential's row. Whoever can write the store can neither give a key to another
/// signer, nor put another key under a credential, nor lower its SCAL, raise its multisign or loosen its policies.
/// </summary>
public sealed class CredentialLink
{
    /// <summary>
    /// With a wrapped private key, of rows that have one: no blob can be put under another credential.
    /// </summary>
    private const byte WrappedFormatVersion = 4;

    private const byte FormatVersion = 3;

    /// <summary>Without what the signer must give: of rows made before, where it is a TOTP code.</summary>
    private const byte SecondFormatVersion = 2;

    /// <summary>Without policies: of rows that were made before there were any, which have the defaults.</summary>
    private const byte FirstFormatVersion = 1;

    private static ReadOnlySpan<byte> Context => "appliance credential link"u8;

    private readonly ReadOnlyMemory<byte> _key;

    /// <summary>Takes the key derived for <see cref="Keys.KeyPurpose.CredentialLink"/>; it must outlive this.</summary>
    public CredentialLink(ReadOnlyMemory<byte> key) => _key = key;

    /// <summary>The MAC that belongs into <see cref="CredentialRow.LinkMac"/>: 32 bytes.</summary>
    public byte[] Compute(CredentialRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Compute(row, VersionOf(row));
    }

    /// <summary>False when the row is not as the appliance wrote it.</summary>
    public bool Verify(CredentialRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var version = VersionOf(row);
        if (CryptographicOperations.FixedTimeEquals(Compute(row, version), row.LinkMac))
        {
            return true;
        }

        if (version == WrappedFormatVersion || row.Factors != CredentialFactors.Totp)
        {
            return false;
        }

        if (CryptographicOperations.FixedTimeEquals(Compute(row, SecondFormatVersion), row.LinkMac))
        {
            return true;
        }

        return row is { Extension: ExtensionPolicy.Nested, SadReuse: SadReuse.UntilExhausted, Metered: false }
            && CryptographicOperations.FixedTimeEquals(Compute(row, FirstFormatVersion), row.LinkMac);
    }

    private static byte VersionOf(CredentialRow row)
        => row.WrappedKey.Length > 0 || row.WrappingKeyId.Length > 0 ? WrappedFormatVersion : FormatVersion;

    private byte[] Compute(CredentialRow row, byte version)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key.Span);
        mac.AppendData(Context);
        mac.AppendData([version]);
        Append(mac, row.Id);
        Append(mac, row.SignerId);
        Append(mac, row.ProfileId);
        Append(mac, row.KeyId);
        Append(mac, Encoding.UTF8.GetBytes(row.KeyLabel));
        Append(mac, row.KeyAlgorithm);
        Append(mac, row.PublicKey);
        Append(mac, row.Scal);
        Append(mac, row.Multisign);
        if (version != FirstFormatVersion)
        {
            Append(mac, (int)row.Extension);
            Append(mac, (int)row.SadReuse);
            Append(mac, row.Metered ? 1 : 0);
        }

        if (version is FormatVersion or WrappedFormatVersion)
        {
            Append(mac, (int)row.Factors);
        }

        if (version == WrappedFormatVersion)
        {
            Append(mac, row.WrappingKeyId);
            Append(mac, row.WrappedKey);
        }

        return mac.GetHashAndReset();
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
