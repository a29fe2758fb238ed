using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Appliance.Identity.Clients;

/// <summary>
/// A client's assertion as it was read: a JWT (RFC 7519) in the compact form, whose signature is not checked yet.
/// </summary>
internal sealed class Assertion
{
    private const int MostCharacters = 8_192;
    private const int MostText = 256;
    private const int MostDepth = 4;

    /// <summary>One of <see cref="AssertionKeys.Algorithms"/>.</summary>
    internal required string Algorithm { get; init; }

    internal string? KeyId { get; init; }

    /// <summary>iss and sub (RFC 7523 section 3).</summary>
    internal required Guid ClientId { get; init; }

    internal required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>Unix seconds.</summary>
    internal required long ExpiresAt { get; init; }

    /// <summary>Unix seconds; null when absent.</summary>
    internal long? NotBefore { get; init; }

    /// <summary>Unix seconds; null when absent.</summary>
    internal long? IssuedAt { get; init; }

    internal required string Id { get; init; }

    /// <summary>What is signed.</summary>
    internal required byte[] Content { get; init; }

    internal required byte[] Signature { get; init; }

    /// <summary>False for text that is no assertion that could be taken, whoever signed it.</summary>
    internal static bool TryRead(string text, [NotNullWhen(true)] out Assertion? assertion)
    {
        assertion = null;
        var parts = text.Length <= MostCharacters ? text.Split('.') : [];
        if (parts.Length != 3 || !TryDecode(parts[0], out var header) || !TryDecode(parts[1], out var claims)
            || !TryDecode(parts[2], out var signature))
        {
            return false;
        }

        try
        {
            var options = new JsonDocumentOptions { MaxDepth = MostDepth, AllowDuplicateProperties = false };
            using var head = JsonDocument.Parse(header, options);
            using var body = JsonDocument.Parse(claims, options);
            assertion = Read(
                head.RootElement,
                body.RootElement,
                Encoding.ASCII.GetBytes(text[..text.LastIndexOf('.')]),
                signature);
            return assertion is not null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private static Assertion? Read(JsonElement header, JsonElement claims, byte[] content, byte[] signature)
    {
        // crit names extensions that must be understood (RFC 7515 section 4.1.11); we understand none.
        var algorithm = Text(header, "alg");
        var issuer = Text(claims, "iss");
        var id = Text(claims, "jti");
        var audiences = Audience(claims);
        if (algorithm is null || !AssertionKeys.Algorithms.Contains(algorithm) || header.TryGetProperty("crit", out _)
            || issuer is null || !string.Equals(issuer, Text(claims, "sub"), StringComparison.Ordinal)
            || !Guid.TryParseExact(issuer, "D", out var clientId)
            || string.IsNullOrEmpty(id) || audiences is null || Seconds(claims, "exp") is not { } expiresAt)
        {
            return null;
        }

        return new Assertion
        {
            Algorithm = algorithm,
            KeyId = Text(header, "kid"),
            ClientId = clientId,
            Audiences = audiences,
            ExpiresAt = expiresAt,
            NotBefore = Seconds(claims, "nbf"),
            IssuedAt = Seconds(claims, "iat"),
            Id = id,
            Content = content,
            Signature = signature,
        };
    }

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (text.Length == 0
            || Base64Url.DecodeFromChars(text, bytes, out var read, out var written) != OperationStatus.Done
            || read != text.Length)
        {
            return false;
        }

        Array.Resize(ref bytes, written);
        return true;
    }

    /// <summary>Null when absent.</summary>
    /// <exception cref="FormatException">It is there and no text, or too long.</exception>
    private static string? Text(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value))
        {
            return null;
        }

        var text = value.GetString();
        return text is { Length: <= MostText } ? text : throw new FormatException(name);
    }

    /// <summary>Null when absent; a NumericDate may have a fraction (RFC 7519 section 2).</summary>
    private static long? Seconds(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value))
        {
            return null;
        }

        var seconds = value.GetDouble();
        return seconds is >= 0 and <= 1e11 ? (long)seconds : throw new FormatException(name);
    }

    private static IReadOnlyList<string>? Audience(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(static one => one.GetString() ?? "")]
            : [value.GetString() ?? ""];
    }
}
