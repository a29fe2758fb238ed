using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Appliance.Signing.Approving;

/// <summary>256 random bits as text that is told once; the store knows their SHA-256 only.</summary>
internal static class OneTimeText
{
    private const int Length = 32;

    /// <summary>43 characters of base64url, and what the store keeps of them.</summary>
    public static (string Text, byte[] Digest) Create()
    {
        Span<byte> bytes = stackalloc byte[Length];
        RandomNumberGenerator.Fill(bytes);
        var made = (Base64Url.EncodeToString(bytes), SHA256.HashData(bytes));
        CryptographicOperations.ZeroMemory(bytes);
        return made;
    }

    /// <summary>The digest of a text; null for anything that cannot be one of ours.</summary>
    public static byte[]? DigestOf(string text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        return text.Length == Base64Url.GetEncodedLength(Length)
            && Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done
            && written == Length
                ? SHA256.HashData(bytes)
                : null;
    }
}
