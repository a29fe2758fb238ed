using System.Globalization;
using System.Text;

namespace Appliance.Grpc.Client.Wire;

/// <summary>Decodes grpc-message. Never fails: what is not %XX stays as it is (PROTOCOL-HTTP2).</summary>
internal static class PercentEncoding
{
    public static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var source = Encoding.UTF8.GetBytes(text);
        var target = new byte[source.Length];
        var written = 0;
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] == (byte)'%' && i + 2 < source.Length
                && byte.TryParse(
                    source.AsSpan(i + 1, 2),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out var value))
            {
                target[written++] = value;
                i += 2;
            }
            else
            {
                target[written++] = source[i];
            }
        }

        return Encoding.UTF8.GetString(target, 0, written);
    }
}
