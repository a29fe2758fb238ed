using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Appliance.Pkcs11;
using Appliance.Storage;

namespace Appliance.Signing.Keys;

/// <summary>
/// Wraps the root key by what a token can do. AES wrappings prove their origin: only this token has the key. Anybody
/// can encrypt to an RSA public key, so there the token signs what it wrapped, and a root key that somebody else put
/// into the store is found out.
/// </summary>
internal static class RootKeyWrapping
{
    private const string WrapLabel = "appliance root key wrapping";
    private const string SealLabel = "appliance root key seal";

    /// <summary>GCM before KWP: KWP needs the secret as an object in the token, GCM takes it as data.</summary>
    private static readonly WrapMechanism[] s_preferred =
        [WrapMechanism.AesGcm, WrapMechanism.AesKeyWrapPad, WrapMechanism.RsaOaep];

    private static readonly SignatureScheme s_sealScheme =
        new(SignatureKind.RsaPkcs1, HashAlgorithmName.SHA256);

    public static RootKeyRow Wrap(Token token, ReadOnlySpan<byte> rootKey, TimeProvider time)
        => Wrap(token, rootKey, time, Choose(token));

    /// <summary>With a mechanism of the caller's choice, for tests.</summary>
    public static RootKeyRow Wrap(Token token, ReadOnlySpan<byte> rootKey, TimeProvider time, WrapMechanism mechanism)
    {
        var id = RandomNumberGenerator.GetBytes(16);
        try
        {
            var wrappingKey = token.GenerateWrappingKey(mechanism, id, WrapLabel);
            var wrapped = token.WrapSecret(wrappingKey, mechanism, rootKey);
            var row = new RootKeyRow(
                Id: 0,
                TokenSerial: token.Info.SerialNumber,
                Mechanism: (int)mechanism,
                WrappingKeyId: id,
                Iv: wrapped.Iv,
                Wrapped: wrapped.Data,
                State: (int)RootKeyState.Active,
                CreatedAt: time.GetUtcNow().ToUnixTimeMilliseconds());
            return mechanism == WrapMechanism.RsaOaep ? Seal(token, row) : row;
        }
        catch
        {
            Destroy(token, id);
            throw;
        }
    }

    public static LockedMemory Unwrap(Token token, RootKeyRow row)
    {
        LockedMemory secret;
        try
        {
            var mechanism = (WrapMechanism)row.Mechanism;
            var data = mechanism == WrapMechanism.RsaOaep ? Unseal(token, row) : row.Wrapped;
            var key = Find(token, row.WrappingKeyId, mechanism);
            secret = token.UnwrapSecret(key, new WrappedSecret(mechanism, row.Iv, data));
        }
        catch (Exception error) when (error is Pkcs11Exception or ArgumentException or CryptographicException)
        {
            throw Damaged(row, error.Message, error);
        }

        if (secret.Length != RootKey.Length)
        {
            secret.Dispose();
            throw Damaged(row, $"it has {secret.Length} bytes", null);
        }

        return secret;
    }

    public static void Destroy(Token token, RootKeyRow row) => Destroy(token, row.WrappingKeyId);

    private static void Destroy(Token token, byte[] id)
    {
        token.DestroyKey(id, WrapLabel);
        token.DestroyKey(id, SealLabel);
    }

    private static WrapMechanism Choose(Token token)
    {
        var possible = token.WrapMechanisms;
        foreach (var mechanism in s_preferred)
        {
            if (possible.Contains(mechanism))
            {
                return mechanism;
            }
        }

        throw new RootKeyException(
            $"{token.Info} offers neither AES-GCM, AES key wrap nor RSA-OAEP, so it cannot keep the root key; "
            + "enable one of them or use another token.");
    }

    private static KeyReference Find(Token token, byte[] id, WrapMechanism mechanism)
    {
        var isRsa = mechanism == WrapMechanism.RsaOaep;
        var wanted = isRsa ? TokenKeyClass.Public : TokenKeyClass.Secret;
        foreach (var key in token.FindKeys(id, WrapLabel))
        {
            if (key.Class == wanted && (!isRsa || key.SubjectPublicKeyInfo is not null))
            {
                return isRsa
                    ? new KeyReference(id, WrapLabel, key.SubjectPublicKeyInfo)
                    : new KeyReference(id, WrapLabel);
            }
        }

        throw new RootKeyException(
            $"The wrapping key {Convert.ToHexStringLower(id)} of the root key is not in {token.Info}; "
            + "restore the token, or use the one that the store belongs to.");
    }

    /// <summary>Appends a signature of the token: length of the ciphertext (2 bytes), ciphertext, signature.</summary>
    private static RootKeyRow Seal(Token token, RootKeyRow row)
    {
        var spki = token.GenerateKeyPair(KeyAlgorithm.Rsa3072, row.WrappingKeyId, SealLabel);
        var key = new KeyReference(row.WrappingKeyId, SealLabel, spki);
        var signature = token.Sign(key, s_sealScheme, SealedHash(row, row.Wrapped));
        var length = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)row.Wrapped.Length));
        return row with { Wrapped = [.. length, .. row.Wrapped, .. signature] };
    }

    private static byte[] Unseal(Token token, RootKeyRow row)
    {
        var wrapped = row.Wrapped.AsSpan();
        var length = wrapped.Length < sizeof(ushort) ? 0 : BinaryPrimitives.ReadUInt16BigEndian(wrapped);
        if (length == 0 || wrapped.Length < sizeof(ushort) + length)
        {
            throw Damaged(row, "it is cut short", null);
        }

        // The public key comes from the token, not from the store.
        var data = wrapped.Slice(sizeof(ushort), length);
        var signature = wrapped[(sizeof(ushort) + length)..];
        foreach (var key in token.FindKeys(row.WrappingKeyId, SealLabel))
        {
            if (key is { Class: TokenKeyClass.Public, SubjectPublicKeyInfo: { } spki })
            {
                var reference = new KeyReference(row.WrappingKeyId, SealLabel, spki);
                return token.Verify(reference, s_sealScheme, SealedHash(row, data), signature)
                    ? data.ToArray()
                    : throw Damaged(row, "this token did not make it", null);
            }
        }

        throw Damaged(row, "its sealing key is not in the token", null);
    }

    private static byte[] SealedHash(RootKeyRow row, ReadOnlySpan<byte> data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("appliance root key seal v1"u8);
        Append(hash, Encoding.UTF8.GetBytes(row.TokenSerial));
        Append(hash, row.WrappingKeyId);
        Append(hash, row.Iv);
        Append(hash, data);
        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, value.Length);
        hash.AppendData(length);
        hash.AppendData(value);
    }

    private static RootKeyException Damaged(RootKeyRow row, string reason, Exception? error) => new(
        $"The root key wrapped for the token with serial {row.TokenSerial} does not unwrap ({reason.TrimEnd('.')}): "
        + "the store or the token was changed; restore the store from a backup.",
        error);
}
