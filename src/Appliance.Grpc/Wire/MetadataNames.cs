using System.Buffers;

namespace Appliance.Grpc.Wire;

/// <summary>Names and values of custom metadata (PROTOCOL-HTTP2, Custom-Metadata).</summary>
internal static class MetadataNames
{
    public const string BinarySuffix = "-bin";

    private static readonly SearchValues<char> s_name = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.-");

    private static readonly HashSet<string> s_reserved = new(StringComparer.Ordinal)
    {
        "connection", "content-length", "content-type", "date", "host", "keep-alive", "proxy-connection", "server",
        "te", "trailer", "transfer-encoding", "upgrade",
    };

    public static bool IsBinary(string name) => name.EndsWith(BinarySuffix, StringComparison.Ordinal);

    /// <summary>Throws unless a handler may send a header or trailer of that name.</summary>
    public static void CheckSendable(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.AsSpan().ContainsAnyExcept(s_name)
            || name.StartsWith("grpc-", StringComparison.Ordinal)
            || s_reserved.Contains(name))
        {
            throw new ArgumentException(
                $"'{name}' cannot be sent as metadata: use a-z, 0-9, _ . and -, and no name of HTTP's or gRPC's own.",
                nameof(name));
        }
    }

    /// <summary>Throws unless the text can be sent: visible ASCII and space.</summary>
    public static void CheckText(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException(
                "Metadata values are visible ASCII; send anything else under a name that ends in -bin.", nameof(value));
        }
    }

    /// <summary>Decodes base64 with or without padding; null when it is neither.</summary>
    public static byte[]? DecodeBinary(ReadOnlySpan<char> text)
    {
        var trimmed = text.Trim().TrimEnd('=');
        var padded = new char[(trimmed.Length + 3) / 4 * 4];
        padded.AsSpan().Fill('=');
        trimmed.CopyTo(padded);
        var decoded = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64Chars(padded, decoded, out var written) ? decoded[..written] : null;
    }
}
