using System.Buffers;

namespace Appliance.Grpc.Client.Wire;

/// <summary>Names and values of custom metadata (PROTOCOL-HTTP2, Custom-Metadata).</summary>
internal static class MetadataNames
{
    private static readonly SearchValues<char> s_name = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.-");

    private static readonly HashSet<string> s_reserved = new(StringComparer.Ordinal)
    {
        "connection", "content-length", "content-type", "host", "keep-alive", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    };

    public static bool IsBinary(string name) => name.EndsWith("-bin", StringComparison.Ordinal);

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

    /// <summary>The value is not repeated in the exception: it may be a token.</summary>
    public static void CheckText(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException(
                "Metadata values are visible ASCII; send anything else under a name that ends in -bin.", nameof(value));
        }
    }
}
