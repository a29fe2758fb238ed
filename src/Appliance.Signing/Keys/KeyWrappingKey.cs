using System.Security.Cryptography;
using System.Text;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Storage;

namespace Appliance.Signing.Keys;

/// <summary>
/// The token's AES key that credentials' private keys are wrapped under, where the token does not keep them. It wraps
/// and unwraps and does nothing else. All slots of a group must hold the same one: it is found by id and label.
/// </summary>
public static class KeyWrappingKey
{
    /// <summary>CKA_LABEL.</summary>
    public const string Label = "appliance key wrapping";

    private const string Meta = "key.wrapping-key";
    private const int IdLength = 16;

    /// <summary>One object for all credentials: there is rarely more than one wrapping key.</summary>
    private static volatile KeyReference? s_last;

    /// <summary>Names the wrapping key of that CKA_ID.</summary>
    public static KeyReference Of(ReadOnlySpan<byte> id)
    {
        var last = s_last;
        if (last is null || !last.Id.Span.SequenceEqual(id))
        {
            s_last = last = new KeyReference(id, Label);
        }

        return last;
    }

    /// <summary>The key of this store; null when none was made.</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="macKey">Of <see cref="KeyPurpose.KeyWrappingKey"/>.</param>
    /// <exception cref="RootKeyException">It was changed behind the appliance's back.</exception>
    public static KeyReference? Load(StoreConnection connection, ReadOnlyMemory<byte> macKey)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (connection.Meta.Get(Meta) is not { } text)
        {
            return null;
        }

        var parts = text.Split('.');
        try
        {
            if (parts.Length == 2
                && CryptographicOperations.FixedTimeEquals(
                    Compute(macKey, parts[0]), Convert.FromHexString(parts[1])))
            {
                return Of(Convert.FromHexString(parts[0]));
            }
        }
        catch (FormatException)
        {
            // As when the MAC does not fit.
        }

        throw new RootKeyException(
            "The key that wraps credentials' keys was changed in the store behind the appliance's back; restore the "
            + $"row {Meta} of the table meta from a backup.");
    }

    /// <summary>The key of this store, made when there is none: of several nodes one makes it.</summary>
    /// <exception cref="NotSupportedException">The token has no RFC 5649 key wrap.</exception>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask<KeyReference> EnsureAsync(
        CommitLoop loop,
        Store store,
        Token token,
        ReadOnlyMemory<byte> macKey,
        TimeProvider time,
        string? actor,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(time);
        if (store.Read(macKey, static (connection, key) => Load(connection, key)) is { } found)
        {
            return found;
        }

        var id = RandomNumberGenerator.GetBytes(IdLength);
        token.GenerateKeyWrappingKey(id, Label);
        try
        {
            await loop.WriteAsync(connection => Save(connection, id, macKey, token, time, actor), cancellationToken);
        }
        finally
        {
            // Also when the answer to the commit was lost: what the store names is kept, and nothing else.
            var named = store.Read(macKey, static (connection, key) => Load(connection, key));
            if (named is null || !named.Id.Span.SequenceEqual(id))
            {
                token.DestroyKey(id, Label);
            }
        }

        return store.Read(macKey, static (connection, key) => Load(connection, key))!;
    }

    private static bool Save(
        StoreConnection connection,
        byte[] id,
        ReadOnlyMemory<byte> macKey,
        Token token,
        TimeProvider time,
        string? actor)
    {
        var name = Convert.ToHexStringLower(id);
        if (!connection.Meta.TryAdd(Meta, $"{name}.{Convert.ToHexStringLower(Compute(macKey, name))}"))
        {
            return false;
        }

        AuditTrail.Append(connection, new AuditRecord
        {
            At = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Event = AuditEvent.WrappingKeyCreated,
            Detail = $"key {name}, token serial {token.Info.SerialNumber}",
            Actor = actor,
        });
        return true;
    }

    private static byte[] Compute(ReadOnlyMemory<byte> macKey, string name)
        => HMACSHA256.HashData(macKey.Span, Encoding.ASCII.GetBytes($"key wrapping key v1 {name}"));
}
