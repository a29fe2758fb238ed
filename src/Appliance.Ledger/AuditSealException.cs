namespace Appliance.Ledger;

/// <summary>No seal can be made now: the key is away. Records go on, and the next seal covers them.</summary>
public sealed class AuditSealException : Exception
{
    /// <summary>Without a message.</summary>
    public AuditSealException()
    {
    }

    /// <summary>With why.</summary>
    public AuditSealException(string message)
        : base(message)
    {
    }

    /// <summary>With why and what lies behind it.</summary>
    public AuditSealException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
