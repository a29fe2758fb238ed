using System.Text;

namespace Appliance.Pkcs11;

/// <summary>Which token: by label, serial number or RFC 7512 URI. Never by slot number, which changes.</summary>
public sealed class TokenSelector
{
    private const string Scheme = "pkcs11:";
    private const string SerialPrefix = "serial:";
    private const string LabelPrefix = "label:";
    private const int MaxLength = 1024;

    private readonly string? _label;
    private readonly string? _serial;
    private readonly string? _manufacturer;
    private readonly string? _model;

    private TokenSelector(string text, string? label, string? serial, string? manufacturer = null, string? model = null)
    {
        Text = text;
        _label = label;
        _serial = serial;
        _manufacturer = manufacturer;
        _model = model;
    }

    /// <summary>What was asked.</summary>
    public string Text { get; }

    /// <summary>
    /// Reads a selector: <c>pkcs11:token=Payroll;serial=0123</c> (RFC 7512; token, serial, manufacturer, model),
    /// <c>serial:0123</c>, <c>label:Payroll</c>, or a plain label. At most 1024 characters.
    /// </summary>
    /// <exception cref="FormatException">Not a selector; the message says what is wrong.</exception>
    public static TokenSelector Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length is 0 or > MaxLength)
        {
            throw new FormatException(
                $"A token is named by its label, serial:NUMBER or a pkcs11: URI of up to {MaxLength} characters.");
        }

        if (text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return ParseUri(text);
        }

        if (text.StartsWith(SerialPrefix, StringComparison.Ordinal))
        {
            return new TokenSelector(text, label: null, text[SerialPrefix.Length..]);
        }

        return text.StartsWith(LabelPrefix, StringComparison.Ordinal)
            ? new TokenSelector(text, text[LabelPrefix.Length..], serial: null)
            : new TokenSelector(text, text, serial: null);
    }

    /// <summary>True when the token is one that was asked for.</summary>
    public bool Matches(TokenInfo token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return Agrees(_label, token.Label)
            && Agrees(_serial, token.SerialNumber)
            && Agrees(_manufacturer, token.Manufacturer)
            && Agrees(_model, token.Model);
    }

    /// <summary>What was asked.</summary>
    public override string ToString() => Text;

    private static bool Agrees(string? wanted, string actual)
        => wanted is null || string.Equals(wanted, actual, StringComparison.Ordinal);

    /// <summary>RFC 7512 section 2.3: path attributes separated by semicolons, values percent-encoded UTF-8.</summary>
    private static TokenSelector ParseUri(string text)
    {
        if (text.Contains('?', StringComparison.Ordinal))
        {
            throw new FormatException(
                "Query attributes (pin-value, module-path, ...) do not belong in a token's URI: "
                + "set PIN and module where they are configured.");
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in text[Scheme.Length..].Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = attribute.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? attribute : attribute[..equals];
            if (equals < 0 || name is not ("token" or "serial" or "manufacturer" or "model"))
            {
                throw new FormatException(
                    $"\"{name}\" does not choose a token: use token, serial, manufacturer or model. "
                    + "Slot numbers change and are not accepted.");
            }

            if (!values.TryAdd(name, PercentDecode(attribute[(equals + 1)..])))
            {
                throw new FormatException($"\"{name}\" is given twice.");
            }
        }

        return new TokenSelector(
            text,
            values.GetValueOrDefault("token"),
            values.GetValueOrDefault("serial"),
            values.GetValueOrDefault("manufacturer"),
            values.GetValueOrDefault("model"));
    }

    private static string PercentDecode(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                var end = text.IndexOf('%', i);
                end = end < 0 ? text.Length : end;
                bytes.AddRange(Encoding.UTF8.GetBytes(text[i..end]));
                i = end - 1;
                continue;
            }

            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                throw new FormatException($"\"{text}\" has a % that two hexadecimal digits do not follow.");
            }

            bytes.AddRange(Convert.FromHexString(text.AsSpan(i + 1, 2)));
            i += 2;
        }

        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)
                .GetString(bytes.ToArray());
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"\"{text}\" is not UTF-8 after percent-decoding.", e);
        }
    }
}
