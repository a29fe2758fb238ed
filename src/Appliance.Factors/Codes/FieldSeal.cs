using System.Security.Cryptography;

namespace Appliance.Factors.Codes;

/// <summary>
/// AES-256-GCM of one field of a row, under a key of its own that comes from the row key. Sealed form: version (1),
/// nonce (12, random), ciphertext, tag (16); the caller's binding is associated data.
/// </summary>
internal static class FieldSeal
{
    private const byte Version = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int Overhead = 1 + NonceLength + TagLength;

    internal static byte[] Seal(
        ReadOnlyMemory<byte> key, RowHashKind use, ReadOnlySpan<byte> clear, ReadOnlySpan<byte> binding)
    {
        var stored = new byte[Overhead + clear.Length];
        stored[0] = Version;
        RandomNumberGenerator.Fill(stored.AsSpan(1, NonceLength));
        using var aes = Open(key, use);
        aes.Encrypt(
            stored.AsSpan(1, NonceLength),
            clear,
            stored.AsSpan(1 + NonceLength, clear.Length),
            stored.AsSpan(stored.Length - TagLength),
            binding);
        return stored;
    }

    /// <summary>The field, or null when it is not ours.</summary>
    internal static byte[]? Open(
        ReadOnlyMemory<byte> key, RowHashKind use, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> binding)
    {
        if (stored.Length < Overhead || stored[0] != Version)
        {
            return null;
        }

        var clear = new byte[stored.Length - Overhead];
        using var aes = Open(key, use);
        try
        {
            aes.Decrypt(
                stored.Slice(1, NonceLength),
                stored.Slice(1 + NonceLength, clear.Length),
                stored[^TagLength..],
                clear,
                binding);
            return clear;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static AesGcm Open(ReadOnlyMemory<byte> key, RowHashKind use)
    {
        using var hash = new RowHash(key, use);
        var derived = hash.Value();
        try
        {
            return new AesGcm(derived, TagLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }
}
