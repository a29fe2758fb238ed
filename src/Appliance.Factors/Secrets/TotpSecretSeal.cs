using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Appliance.Factors.Secrets;

/// <summary>
/// Seals a TOTP secret for the store by AES-256-GCM. Signer, factor and the parameters of the codes are associated
/// data: a ciphertext moved to another row, or a row made to take shorter or longer-lived codes, does not open.
/// </summary>
/// <remarks>Sealed form: version (1), nonce (12, random), ciphertext (as long as the secret), tag (16).</remarks>
internal static class TotpSecretSeal
{
    internal const int KeyLength = 32;
    internal const int MaximumSecret = 64;

    private const byte Version = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int Overhead = 1 + NonceLength + TagLength;
    private const int BindingLength = 1 + 16 + 16 + (3 * sizeof(int));

    internal static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> secret, in TotpBinding binding)
    {
        var stored = new byte[Overhead + secret.Length];
        stored[0] = Version;
        var nonce = stored.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        Span<byte> bound = stackalloc byte[BindingLength];
        Write(binding, bound);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(
            nonce,
            secret,
            stored.AsSpan(1 + NonceLength, secret.Length),
            stored.AsSpan(stored.Length - TagLength),
            bound);
        return stored;
    }

    /// <summary>Opens a sealed secret into a buffer that the caller zeroes; false when it is not ours.</summary>
    internal static bool TryOpen(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> stored, in TotpBinding binding, Span<byte> secret, out int length)
    {
        length = stored.Length - Overhead;
        if (length < 1 || length > secret.Length || stored[0] != Version)
        {
            return false;
        }

        Span<byte> bound = stackalloc byte[BindingLength];
        Write(binding, bound);
        using var aes = new AesGcm(key, TagLength);
        try
        {
            aes.Decrypt(
                stored.Slice(1, NonceLength), stored.Slice(1 + NonceLength, length), stored[^TagLength..],
                secret[..length], bound);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static void Write(in TotpBinding binding, Span<byte> bound)
    {
        bound[0] = Version;
        binding.SignerId.TryWriteBytes(bound[1..], bigEndian: true, out _);
        binding.FactorId.TryWriteBytes(bound[17..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bound[33..], binding.Algorithm);
        BinaryPrimitives.WriteInt32BigEndian(bound[37..], binding.Digits);
        BinaryPrimitives.WriteInt32BigEndian(bound[41..], binding.Period);
    }
}
