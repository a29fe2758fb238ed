namespace Appliance.Signing.Provisioning;

/// <summary>
/// Keys or certificates cannot be made or accepted as asked; nothing was left behind. The message is one sentence that
/// says what to do.
/// </summary>
public sealed class ProvisioningException : Exception
{
    /// <summary>Without a message.</summary>
    public ProvisioningException()
    {
    }

    /// <summary>With the sentence for the operator.</summary>
    public ProvisioningException(string message)
        : base(message)
    {
    }

    /// <summary>With the sentence for the operator and what lies behind it.</summary>
    public ProvisioningException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
