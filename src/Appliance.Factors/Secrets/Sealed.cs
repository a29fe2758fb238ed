using System.Security.Cryptography;

namespace Appliance.Factors.Secrets;

/// <summary>
/// What the store keeps encrypted, by AES-256-GCM: version (1), nonce (12, random), ciphertext (as long as what it
/// hides), tag (16). What it must not be moved away from is associated data.
/// </summary>
internal static class Sealed
{
    internal const byte Version = 1;

    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int Overhead = 1 + NonceLength + TagLength;

    internal static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> clear, ReadOnlySpan<byte> associated)
    {
        var stored = new byte[Overhead + clear.Length];
        stored[0] = Version;
        var nonce = stored.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(
            nonce,
            clear,
            stored.AsSpan(1 + NonceLength, clear.Length),
            stored.AsSpan(stored.Length - TagLength),
            associated);
        return stored;
    }

    /// <summary>Opens it into an array that the caller zeroes; null when it is not ours or not of here.</summary>
    internal static byte[]? Open(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> associated)
    {
        var clear = new byte[Math.Max(0, stored.Length - Overhead)];
        return TryOpen(key, stored, associated, clear, out _) ? clear : null;
    }

    /// <summary>Opens it into a buffer that the caller zeroes; false when it is not ours or has no room.</summary>
    internal static bool TryOpen(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> stored,
        ReadOnlySpan<byte> associated,
        Span<byte> clear,
        out int length)
    {
        length = stored.Length - Overhead;
        if (length < 0 || length > clear.Length || stored[0] != Version)
        {
            return false;
        }

        using var aes = new AesGcm(key, TagLength);
        try
        {
            aes.Decrypt(
                stored.Slice(1, NonceLength),
                stored.Slice(1 + NonceLength, length),
                stored[^TagLength..],
                clear[..length],
                associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
