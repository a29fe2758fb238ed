using System.Collections;
using Appliance.Grpc.Client.Wire;

namespace Appliance.Grpc.Client;

/// <summary>
/// Metadata of a call, in order; a name may occur more than once. Names are lower case; those that end in <c>-bin</c>
/// carry bytes, sent as base64.
/// </summary>
public sealed class GrpcMetadata : IEnumerable<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _entries = [];

    /// <summary>Entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds text.</summary>
    /// <param name="name">Of a-z, 0-9, _ . and -, not ending in <c>-bin</c>, no name of HTTP's or gRPC's own.</param>
    /// <param name="value">Visible ASCII and space.</param>
    /// <exception cref="ArgumentException">The name or the value cannot be sent.</exception>
    public void Add(string name, string value)
    {
        MetadataNames.CheckSendable(name);
        MetadataNames.CheckText(value);
        if (MetadataNames.IsBinary(name))
        {
            throw new ArgumentException("The value under a name that ends in -bin is bytes.", nameof(name));
        }

        _entries.Add(new(name, value));
    }

    /// <summary>Adds bytes.</summary>
    /// <param name="name">Of a-z, 0-9, _ . and -, ending in <c>-bin</c>.</param>
    /// <param name="value">Any bytes.</param>
    /// <exception cref="ArgumentException">The name cannot be sent.</exception>
    public void Add(string name, byte[] value)
    {
        MetadataNames.CheckSendable(name);
        if (!MetadataNames.IsBinary(name))
        {
            throw new ArgumentException("The name of binary metadata ends in -bin.", nameof(name));
        }

        _entries.Add(new(name, Convert.ToBase64String(value).TrimEnd('=')));
    }

    /// <summary>The first value under a name, or null.</summary>
    public string? Find(string name)
    {
        foreach (var (key, value) in _entries)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The first value under a name that ends in <c>-bin</c>, decoded, or null.</summary>
    /// <exception cref="FormatException">The value is not base64.</exception>
    public byte[]? FindBytes(string name) => Find(name) is { } text ? Base64.Decode(text) : null;

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds what the other side sent, as it came.</summary>
    internal void AddReceived(string name, string value) => _entries.Add(new(name, value));
}
