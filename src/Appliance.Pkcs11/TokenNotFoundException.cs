namespace Appliance.Pkcs11;

/// <summary>A selector matched no token or several. The message names what was asked and which tokens exist.</summary>
public sealed class TokenNotFoundException : Exception
{
    internal TokenNotFoundException(string message)
        : base(message)
    {
    }
}
