using System.Buffers;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Csc.Rules;

/// <summary>The Authorization header of REST and the metadata entry of gRPC (RFC 6750, RFC 7617).</summary>
internal static class AuthorizationHeader
{
    private const int BasicLimit = 4_096;

    /// <summary>token68 of RFC 9110 section 11.2.</summary>
    private static readonly SearchValues<char> s_token = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The token of <c>Bearer TOKEN</c>. Missing and malformed are different errors.</summary>
    public static CscError? ReadBearer(StringValues values, out ReadOnlySpan<char> token)
    {
        token = default;
        if (IsMissing(values))
        {
            return CscErrors.MissingHeader;
        }

        return TryReadScheme(values, "Bearer", out token) ? null : CscErrors.MalformedHeader;
    }

    /// <summary>User name and password of <c>Basic BASE64</c>, in UTF-8.</summary>
    public static CscError? ReadBasic(StringValues values, out string userName, out string password)
    {
        (userName, password) = ("", "");
        if (!TryReadScheme(values, "Basic", out var encoded) || encoded.Length > BasicLimit)
        {
            return CscErrors.MalformedAuthentication;
        }

        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64Chars(encoded, bytes, out var length))
        {
            return CscErrors.MalformedUserPassword;
        }

        try
        {
            var text = s_utf8.GetString(bytes, 0, length);
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1)
            {
                return CscErrors.MalformedUserPassword;
            }

            (userName, password) = (text[..colon], text[(colon + 1)..]);
            return null;
        }
        catch (DecoderFallbackException)
        {
            return CscErrors.MalformedUserPassword;
        }
        finally
        {
            Array.Clear(bytes);
        }
    }

    private static bool IsMissing(StringValues values)
        => values.Count == 0 || (values.Count == 1 && string.IsNullOrWhiteSpace(values[0]));

    /// <summary>One header of one scheme, whose name is case-insensitive, then the token alone.</summary>
    private static bool TryReadScheme(StringValues values, string scheme, out ReadOnlySpan<char> token)
    {
        token = default;
        if (values.Count != 1 || values[0] is not { } text || text.Length <= scheme.Length
            || !text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || text[scheme.Length] != ' ')
        {
            return false;
        }

        token = text.AsSpan(scheme.Length).Trim(' ');
        return token.Length > 0 && !token.ContainsAnyExcept(s_token);
    }
}
