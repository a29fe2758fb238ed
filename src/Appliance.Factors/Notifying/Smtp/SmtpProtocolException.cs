namespace Appliance.Factors.Notifying.Smtp;

/// <summary>A mail server did not do its part.</summary>
internal sealed class SmtpProtocolException : Exception
{
    public SmtpProtocolException()
        : this("smtp")
    {
    }

    public SmtpProtocolException(string reason)
        : base(reason)
        => Reason = reason;

    public SmtpProtocolException(string reason, Exception inner)
        : base(reason, inner)
        => Reason = reason;

    /// <summary>A code such as smtp-421; never what the server said.</summary>
    public string Reason { get; }
}
