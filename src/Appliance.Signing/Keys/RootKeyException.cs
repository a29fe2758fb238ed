namespace Appliance.Signing.Keys;

/// <summary>The root key cannot be made or unwrapped. The message is one sentence that says what to do.</summary>
public sealed class RootKeyException : Exception
{
    /// <summary>Without a message.</summary>
    public RootKeyException()
    {
    }

    /// <summary>With the sentence for the operator.</summary>
    public RootKeyException(string message)
        : base(message)
    {
    }

    /// <summary>With the sentence for the operator and what lies behind it.</summary>
    public RootKeyException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
