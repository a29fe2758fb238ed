namespace Appliance.Pkcs11;

/// <summary>A login was refused, by the token or by the appliance before it asked the token.</summary>
public sealed class TokenLoginException : Exception
{
    internal TokenLoginException(TokenLoginFailure failure, string message, uint returnValue = 0)
        : base(message)
    {
        Failure = failure;
        ReturnValue = returnValue;
    }

    /// <summary>Why.</summary>
    public TokenLoginFailure Failure { get; }

    /// <summary>The CKR_ value where the token was asked; 0 where it was not.</summary>
    public uint ReturnValue { get; }
}
