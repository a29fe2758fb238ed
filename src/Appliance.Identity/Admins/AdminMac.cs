using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Appliance.Storage;

namespace Appliance.Identity.Admins;

/// <summary>
/// HMAC-SHA-256 over an admin's row (architecture, decision 9). Who can write the database can neither make an admin
/// nor give one a role; an old row put back is not recognised by it.
/// </summary>
internal sealed class AdminMac(ReadOnlyMemory<byte> key)
{
    private const byte FormatVersion = 1;
    private const int FixedLength = 1 + sizeof(int) + sizeof(int) + sizeof(long) + sizeof(long);

    public AdminRow Sign(AdminRow row) => row with { Mac = Compute(row) };

    public bool Verify(AdminRow row) => CryptographicOperations.FixedTimeEquals(Compute(row), row.Mac);

    /// <summary>The name comes last, so that no two rows have the same encoding.</summary>
    private byte[] Compute(AdminRow row)
    {
        var name = Encoding.UTF8.GetBytes(row.UserName);
        var message = new byte[FixedLength + name.Length];
        message[0] = FormatVersion;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), row.Roles);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(5), (int)row.State);
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(9), row.CreatedAt);
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(17), row.ChangedAt);
        name.CopyTo(message.AsSpan(FixedLength));
        return HMACSHA256.HashData(key.Span, message);
    }
}
