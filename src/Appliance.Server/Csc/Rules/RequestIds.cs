using Appliance.Server.Csc.Fields;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Csc.Rules;

/// <summary>
/// The id that a client gives its request: REST's header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header, a
/// structured-field string of RFC 8941 section 3.3.3), the same as gRPC metadata, or a field of the message.
/// </summary>
internal static class RequestIds
{
    /// <summary>The header, and the metadata entry in lower case.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>Says in the answer that it was recorded before.</summary>
    public const string ReplayedHeader = "Idempotency-Replayed";

    /// <summary>Most characters of an id.</summary>
    public const int Longest = 255;

    /// <summary>The one id of a request; null when it has none.</summary>
    /// <param name="header">What came as header or metadata.</param>
    /// <param name="field">What came in the message.</param>
    /// <param name="id">1 to 255 visible ASCII characters, or null.</param>
    public static CscError? Read(StringValues header, FieldText field, out string? id)
    {
        if (ReadHeader(header, out id) is { } malformed)
        {
            return malformed;
        }

        if (!field.IsPresent)
        {
            return null;
        }

        if (!IsId(field.Value))
        {
            return CscErrors.InvalidParameter("requestID");
        }

        var differs = id is not null && !string.Equals(id, field.Value, StringComparison.Ordinal);
        id = field.Value;
        return differs ? CscErrors.TwoRequestIds : null;
    }

    /// <summary>As a quoted string, or bare: many clients do not quote.</summary>
    public static CscError? ReadHeader(StringValues values, out string? id)
    {
        id = null;
        if (values.Count == 0)
        {
            return null;
        }

        var text = values.Count == 1 ? values[0] : null;
        if (text?.StartsWith('"') == true)
        {
            text = Unquote(text);
        }

        if (text is null || !IsId(text))
        {
            return CscErrors.InvalidRequestIdHeader;
        }

        id = text;
        return null;
    }

    /// <summary>1 to 255 characters from 0x21 to 0x7E.</summary>
    public static bool IsId(string text)
        => text.Length is > 0 and <= Longest && text.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;

    /// <summary>
    /// A quotation mark or a backslash inside stands behind a backslash, which stands before nothing else. Null for
    /// what is no such string, or has parameters behind it.
    /// </summary>
    private static string? Unquote(string text)
    {
        if (text.Length > (2 * Longest) + 2)
        {
            return null;
        }

        Span<char> inner = stackalloc char[2 * Longest];
        var length = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                return i == text.Length - 1 ? new string(inner[..length]) : null;
            }

            if (text[i] == '\\' && (++i == text.Length || text[i] is not ('"' or '\\')))
            {
                return null;
            }

            inner[length++] = text[i];
        }

        return null;
    }
}
