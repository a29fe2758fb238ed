using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Identity.Tokens;

/// <summary>
/// The SHA-256 of a token's text, which is all that store and cache know of it. The text is hashed, not the bytes that
/// it encodes, so that one token has one spelling.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct TokenKey : IEquatable<TokenKey>
{
    /// <summary>32 random bytes in base64url without padding.</summary>
    internal const int TextLength = 43;

    private const int RandomLength = 32;

    private static readonly SearchValues<byte> s_alphabet = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    private readonly long _first;
    private readonly long _second;
    private readonly long _third;
    private readonly long _fourth;

    /// <summary>A new token: 256 random bits.</summary>
    internal static string NewText()
    {
        Span<byte> random = stackalloc byte[RandomLength];
        RandomNumberGenerator.Fill(random);
        var text = Base64Url.EncodeToString(random);
        CryptographicOperations.ZeroMemory(random);
        return text;
    }

    /// <summary>The key of a token's text; false when the text cannot be a token of ours.</summary>
    internal static bool TryRead(ReadOnlySpan<char> text, out TokenKey key)
    {
        key = default;
        Span<byte> ascii = stackalloc byte[TextLength];
        return text.Length == TextLength
            && Ascii.FromUtf16(text, ascii, out _) == OperationStatus.Done
            && TryRead(ascii, out key);
    }

    /// <inheritdoc cref="TryRead(ReadOnlySpan{char}, out TokenKey)"/>
    internal static bool TryRead(ReadOnlySpan<byte> text, out TokenKey key)
    {
        key = default;
        if (text.Length != TextLength || text.ContainsAnyExcept(s_alphabet))
        {
            return false;
        }

        SHA256.HashData(text, MemoryMarshal.AsBytes(new Span<TokenKey>(ref key)));
        return true;
    }

    internal byte[] ToArray() => MemoryMarshal.AsBytes(new ReadOnlySpan<TokenKey>(in this)).ToArray();

    public bool Equals(TokenKey other)
        => _first == other._first && _second == other._second && _third == other._third && _fourth == other._fourth;

    public override bool Equals(object? obj) => obj is TokenKey other && Equals(other);

    public override int GetHashCode() => unchecked((int)_first);
}
