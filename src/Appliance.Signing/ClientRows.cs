using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Appliance.Storage;

namespace Appliance.Signing;

/// <summary>
/// HMAC-SHA-256 over the rows that say which clients there are, what they prove themselves with, and which credentials
/// they use (architecture, decision 9). Who can write the database can neither make a client nor widen what one may do;
/// an old row put back is not recognised by it.
/// </summary>
/// <param name="key">32 bytes derived for <see cref="Keys.KeyPurpose.ClientRows"/>; must outlive this.</param>
public sealed class ClientRows(ReadOnlyMemory<byte> key)
{
    private const byte FormatVersion = 1;

    /// <summary>The row with its MAC.</summary>
    public ClientRow Sign(ClientRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row with { Mac = Compute(row) };
    }

    /// <inheritdoc cref="Sign(ClientRow)"/>
    public ClientSecretRow Sign(ClientSecretRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row with { Mac = Compute(row) };
    }

    /// <inheritdoc cref="Sign(ClientRow)"/>
    public ClientCredentialRow Sign(ClientCredentialRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row with { Mac = Compute(row) };
    }

    /// <summary>False for a row that this installation did not write.</summary>
    public bool Verify(ClientRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return CryptographicOperations.FixedTimeEquals(Compute(row), row.Mac);
    }

    /// <inheritdoc cref="Verify(ClientRow)"/>
    public bool Verify(ClientSecretRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return CryptographicOperations.FixedTimeEquals(Compute(row), row.Mac);
    }

    /// <inheritdoc cref="Verify(ClientRow)"/>
    public bool Verify(ClientCredentialRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return CryptographicOperations.FixedTimeEquals(Compute(row), row.Mac);
    }

    /// <summary>
    /// What stands for the grant in the row of a client's own access token: 128 bits over the row. A token that
    /// somebody else wrote into the store is none.
    /// </summary>
    /// <param name="hash">The token's digest.</param>
    /// <param name="clientId">Whose it is.</param>
    /// <param name="expiresAt">Unix milliseconds.</param>
    public Guid GrantOf(ReadOnlySpan<byte> hash, Guid clientId, long expiresAt)
    {
        using var mac = Begin("client-token");
        Append(mac, hash.ToArray());
        Append(mac, clientId);
        Append(mac, expiresAt);
        return new Guid(mac.GetHashAndReset().AsSpan(0, 16), bigEndian: true);
    }

    private byte[] Compute(ClientRow row)
    {
        using var mac = Begin("client");
        Append(mac, row.Id);
        Append(mac, row.OrganisationId ?? Guid.Empty);
        Append(mac, (long)row.State);
        Append(mac, (long)row.Operations);
        Append(mac, (long)row.Reach);
        Append(mac, row.Rate);
        Append(mac, row.Burst);
        Append(mac, row.Concurrency);
        Append(mac, row.Version);
        Append(mac, row.CreatedAt);
        Append(mac, Encoding.UTF8.GetBytes(row.Name));

        // Rows from before there was such a thing keep their MAC; no other row has this encoding.
        if (row.TimestampsPerDay != ClientRow.AsSettingSays)
        {
            Append(mac, row.TimestampsPerDay);
        }

        return mac.GetHashAndReset();
    }

    private byte[] Compute(ClientSecretRow row)
    {
        using var mac = Begin("client-secret");
        Append(mac, row.Id);
        Append(mac, row.ClientId);
        Append(mac, (long)row.Kind);
        Append(mac, (long)row.State);
        Append(mac, row.ValidFrom);
        Append(mac, row.ValidUntil);
        Append(mac, row.CreatedAt);
        Append(mac, Encoding.UTF8.GetBytes(row.KeyId));
        Append(mac, row.Material);
        return mac.GetHashAndReset();
    }

    private byte[] Compute(ClientCredentialRow row)
    {
        using var mac = Begin("client-credential");
        Append(mac, row.ClientId);
        Append(mac, row.CredentialId);
        Append(mac, row.CreatedAt);
        return mac.GetHashAndReset();
    }

    /// <summary>The kind of row comes first, so that none stands for one of another kind.</summary>
    private IncrementalHash Begin(string kind)
    {
        var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Span);
        mac.AppendData([FormatVersion]);
        Append(mac, Encoding.UTF8.GetBytes(kind));
        return mac;
    }

    private static void Append(IncrementalHash mac, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        mac.AppendData(bytes);
    }

    private static void Append(IncrementalHash mac, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        mac.AppendData(bytes);
    }

    /// <summary>With its length, so that no two rows have the same encoding.</summary>
    private static void Append(IncrementalHash mac, byte[] bytes)
    {
        Append(mac, (long)bytes.Length);
        mac.AppendData(bytes);
    }
}
