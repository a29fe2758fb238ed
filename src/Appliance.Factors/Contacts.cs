using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Appliance.Storage;

namespace Appliance.Factors;

/// <summary>
/// Where signers are reached. Each row carries a MAC: whoever can write the database can still not have a signer's
/// codes sent elsewhere.
/// </summary>
public sealed class Contacts
{
    private const byte FormatVersion = 1;

    private readonly ReadOnlyMemory<byte> _key;

    /// <summary>Takes the 32-byte key derived for contacts; it must outlive this.</summary>
    public Contacts(ReadOnlyMemory<byte> key) => _key = key;

    /// <summary>
    /// The signer's contact; null when there is none, or when the row is not as the appliance wrote it.
    /// </summary>
    /// <param name="connection">The connection to read from.</param>
    /// <param name="signerId">The signer.</param>
    /// <param name="tampered">True when there is a row that another hand wrote.</param>
    public Contact? Find(StoreConnection connection, Guid signerId, out bool tampered)
    {
        ArgumentNullException.ThrowIfNull(connection);
        tampered = false;
        if (connection.Contacts.Find(signerId) is not { } row)
        {
            return null;
        }

        var contact = new Contact(row.Email, row.Phone, row.Language);
        tampered = !CryptographicOperations.FixedTimeEquals(Mac(signerId, contact), row.Mac);
        return tampered ? null : contact;
    }

    /// <summary>Writes a signer's contact, in the transaction that is open.</summary>
    public void Set(StoreConnection connection, Guid signerId, Contact contact)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(contact);
        connection.Contacts.Upsert(new ContactRow(
            signerId, contact.Email, contact.Phone, contact.Language, Mac(signerId, contact)));
    }

    private byte[] Mac(Guid signerId, Contact contact)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key.Span);
        Span<byte> head = stackalloc byte[17];
        head[0] = FormatVersion;
        signerId.TryWriteBytes(head[1..], bigEndian: true, out _);
        mac.AppendData(head);
        Append(mac, contact.Email);
        Append(mac, contact.Phone);
        Append(mac, contact.Language);
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
