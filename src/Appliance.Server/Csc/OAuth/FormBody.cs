using System.Buffers;
using System.Text;
using Appliance.Server.Csc.Rest;
using Microsoft.Net.Http.Headers;

namespace Appliance.Server.Csc.OAuth;

/// <summary>
/// The parameters of an OAuth request (RFC 6749 appendix B): each once, those without a value left out.
/// </summary>
internal sealed class FormBody
{
    /// <summary>More names than all grants and all clients' own ones together.</summary>
    private const int MostParameters = 64;

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The value, or null when it is absent or empty.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    public static ValueTask<Answer<FormBody>> ReadAsync(
        HttpRequest request, int limit, CancellationToken cancellationToken)
        => RequestBody.ReadAsync(request, limit, Parse, cancellationToken);

    /// <summary>Percent-encoded text in UTF-8; false when it is none.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, out string text)
    {
        text = "";
        var bytes = new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var value = encoded[i] == '+' ? (byte)' ' : encoded[i];
            if (encoded[i] == '%')
            {
                if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit((char)encoded[i + 1])
                    || !char.IsAsciiHexDigit((char)encoded[i + 2]))
                {
                    return false;
                }

                value = Convert.FromHexString([(char)encoded[i + 1], (char)encoded[i + 2]])[0];
                i += 2;
            }

            bytes[length++] = value;
        }

        try
        {
            text = s_utf8.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        finally
        {
            // A secret may be in it.
            Array.Clear(bytes);
        }
    }

    private static Answer<FormBody> Parse(ReadOnlySequence<byte> body, string? contentType)
    {
        var form = new FormBody();
        if (body.IsEmpty)
        {
            return form;
        }

        if (!IsForm(contentType))
        {
            return OAuthErrors.NotForm;
        }

        var bytes = body.ToArray();
        try
        {
            return form.TryAdd(bytes) ? form : CscErrors.Malformed;
        }
        finally
        {
            Array.Clear(bytes);
        }
    }

    private bool TryAdd(ReadOnlySpan<byte> bytes)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var range in bytes.Split((byte)'&'))
        {
            var pair = bytes[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            var equals = pair.IndexOf((byte)'=');
            var value = "";
            if (!TryDecode(equals < 0 ? pair : pair[..equals], out var name)
                || (equals >= 0 && !TryDecode(pair[(equals + 1)..], out value))
                || !seen.Add(name) || seen.Count > MostParameters)
            {
                return false;
            }

            if (value.Length > 0)
            {
                _values.Add(name, value);
            }
        }

        return true;
    }

    private static bool IsForm(string? contentType)
        => MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue
                || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
