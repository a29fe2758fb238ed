namespace Appliance.Factors;

/// <summary>How a connection to a mail server is protected.</summary>
public enum SmtpTls
{
    /// <summary>STARTTLS (RFC 3207), and nothing is sent without it.</summary>
    StartTls,

    /// <summary>TLS from the first byte (RFC 8314 section 3.3).</summary>
    Implicit,

    /// <summary>In clear: to a relay on this machine.</summary>
    None,
}
