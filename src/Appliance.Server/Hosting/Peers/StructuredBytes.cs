using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Server.Hosting.Peers;

/// <summary>
/// Reads fields whose values are Byte Sequences of structured fields (RFC 9651 sections 3.3.5 and 4.2.7), as RFC 9440
/// has them. Parameters mean nothing here and are passed over.
/// </summary>
internal static class StructuredBytes
{
    private static readonly SearchValues<char> s_base64 = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    private static readonly SearchValues<char> s_key = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789_-.*");

    /// <summary>Of parameters' values that are numbers, dates, booleans and tokens.</summary>
    private static readonly SearchValues<char> s_bare = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~:/@?=");

    /// <summary>An Item that is a Byte Sequence.</summary>
    public static bool TryReadItem(string text, [NotNullWhen(true)] out byte[]? value)
    {
        var rest = text.AsSpan().Trim(' ');
        return TryTake(ref rest, out value) && rest.IsEmpty;
    }

    /// <summary>A List of Byte Sequences, of which an empty one has no member.</summary>
    /// <param name="text">The field's lines, joined by commas.</param>
    /// <param name="most">More members are malformed.</param>
    /// <param name="values">The members in order.</param>
    public static bool TryReadList(string text, int most, out List<byte[]> values)
    {
        values = [];
        for (var rest = text.AsSpan().Trim(' '); !rest.IsEmpty;)
        {
            if (values.Count == most || !TryTake(ref rest, out var value))
            {
                return false;
            }

            values.Add(value);
            rest = rest.TrimStart(" \t");
            if (rest.IsEmpty)
            {
                return true;
            }

            // After a comma there is another member.
            if (rest[0] != ',' || (rest = rest[1..].TrimStart(" \t")).IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<char> rest, [NotNullWhen(true)] out byte[]? value)
    {
        value = null;
        if (rest.IsEmpty || rest[0] != ':')
        {
            return false;
        }

        var end = rest[1..].IndexOf(':');
        if (end < 0 || !TryDecode(rest.Slice(1, end), out value))
        {
            return false;
        }

        rest = rest[(end + 2)..];
        return TrySkipParameters(ref rest);
    }

    /// <summary>Padding may be missing (section 4.2.7).</summary>
    private static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? value)
    {
        value = null;
        if (text.ContainsAnyExcept(s_base64))
        {
            return false;
        }

        var content = text.TrimEnd('=');
        if (content.Contains('=') || text.Length - content.Length > 2 || content.Length % 4 == 1)
        {
            return false;
        }

        var padded = content.ToString().PadRight((content.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64String(padded, bytes, out var length))
        {
            return false;
        }

        value = bytes[..length];
        return true;
    }

    private static bool TrySkipParameters(ref ReadOnlySpan<char> rest)
    {
        while (!rest.IsEmpty && rest[0] == ';')
        {
            rest = rest[1..].TrimStart(' ');
            var key = Length(rest, s_key);
            if (key == 0 || !(char.IsAsciiLetterLower(rest[0]) || rest[0] == '*'))
            {
                return false;
            }

            rest = rest[key..];
            if (!rest.IsEmpty && rest[0] == '=')
            {
                rest = rest[1..];
                if (!TrySkipValue(ref rest))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool TrySkipValue(ref ReadOnlySpan<char> rest)
    {
        if (!rest.IsEmpty && rest[0] == '"')
        {
            for (var i = 1; i < rest.Length; i++)
            {
                if (rest[i] == '"')
                {
                    rest = rest[(i + 1)..];
                    return true;
                }

                i += rest[i] == '\\' ? 1 : 0;
            }

            return false;
        }

        var length = Length(rest, s_bare);
        rest = rest[length..];
        return length > 0;
    }

    private static int Length(ReadOnlySpan<char> text, SearchValues<char> allowed)
    {
        var end = text.IndexOfAnyExcept(allowed);
        return end < 0 ? text.Length : end;
    }
}
