using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Appliance.Storage;

namespace Appliance.Identity.Organisations;

/// <summary>
/// HMAC-SHA-256 (RFC 2104) over what is known of an organisation: its name and numbers go into certificates, and who
/// can write the database shall not change them.
/// </summary>
internal sealed class OrganisationMac(ReadOnlyMemory<byte> key)
{
    private const byte FormatVersion = 1;

    public OrganisationRow Sign(OrganisationRow row) => row with { Mac = Compute(row) };

    public bool Verify(OrganisationRow row) => CryptographicOperations.FixedTimeEquals(Compute(row), row.Mac);

    private byte[] Compute(OrganisationRow row)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Span);
        Span<byte> head = stackalloc byte[1 + 16 + sizeof(long)];
        head[0] = FormatVersion;
        row.Id.TryWriteBytes(head[1..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(head[17..], row.CreatedAt);
        mac.AppendData(head);
        Append(mac, row.Name);
        Append(mac, row.Registration);
        Append(mac, row.Lei);
        Append(mac, row.Vat);
        return mac.GetHashAndReset();
    }

    /// <summary>Length first, -1 for null, so that no two rows have the same encoding.</summary>
    private static void Append(IncrementalHash mac, string? text)
    {
        var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, text is null ? -1 : bytes.Length);
        mac.AppendData(length);
        mac.AppendData(bytes);
    }
}
