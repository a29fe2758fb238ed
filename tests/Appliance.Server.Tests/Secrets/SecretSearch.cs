using System.Text;

namespace Appliance.Server.Tests.Secrets;

/// <summary>
/// Looks for secrets in whatever a server leaves behind: raw, as UTF-16, in hex, and in base64 and base64url at any
/// offset within longer data.
/// </summary>
internal sealed class SecretSearch
{
    private readonly List<(string Name, string Form, byte[] Pattern)> _patterns = [];

    /// <summary>Takes a secret that is a text.</summary>
    public void Add(string name, string text)
    {
        Assert.True(text.Length >= 4, $"{name} is too short to be told from chance.");
        Add(new Secret(name, Encoding.UTF8.GetBytes(text)));
    }

    public void Add(Secret secret)
    {
        var (name, bytes) = secret;
        _patterns.Add((name, "raw", bytes));
        _patterns.Add((name, "hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes))));
        _patterns.Add((name, "HEX", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes))));
        if (!bytes.AsSpan().ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            _patterns.Add((name, "UTF-16", Encoding.Unicode.GetBytes(Encoding.ASCII.GetString(bytes))));
        }

        for (var offset = 0; offset < 3; offset++)
        {
            var text = Inner(bytes, offset);
            _patterns.Add((name, "base64", Encoding.ASCII.GetBytes(text)));
            _patterns.Add((name, "base64url", Encoding.ASCII.GetBytes(text.Replace('+', '-').Replace('/', '_'))));
        }
    }

    /// <summary>What was found: which secret, in what form, where.</summary>
    public IReadOnlyList<string> Find(string place, ReadOnlySpan<byte> data)
    {
        var found = new List<string>();
        foreach (var (name, form, pattern) in _patterns)
        {
            if (Contains(data, pattern))
            {
                found.Add($"{name} ({form}) in {place}");
            }
        }

        return found;
    }

    /// <summary>
    /// A code of digits only counts where it stands alone: within a longer number it is chance.
    /// </summary>
    private static bool Contains(ReadOnlySpan<byte> data, ReadOnlySpan<byte> pattern)
    {
        var digits = !pattern.ContainsAnyExceptInRange((byte)'0', (byte)'9');
        for (var from = 0; from < data.Length;)
        {
            var at = data[from..].IndexOf(pattern);
            if (at < 0)
            {
                return false;
            }

            at += from;
            var end = at + pattern.Length;
            if (!digits || !(IsDigit(data, at - 1) || IsDigit(data, end)))
            {
                return true;
            }

            from = at + 1;
        }

        return false;
    }

    private static bool IsDigit(ReadOnlySpan<byte> data, int at)
        => at >= 0 && at < data.Length && data[at] is >= (byte)'0' and <= (byte)'9';

    /// <summary>
    /// The characters that depend on the secret alone, when so many bytes of something else stand before it.
    /// </summary>
    private static string Inner(byte[] bytes, int offset)
    {
        var text = Convert.ToBase64String([.. new byte[offset], .. bytes]).TrimEnd('=');
        var bits = (offset + bytes.Length) * 8;
        var first = ((offset * 8) + 5) / 6;
        return text[first..(bits / 6)];
    }
}
