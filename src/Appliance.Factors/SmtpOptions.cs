using System.Security.Cryptography.X509Certificates;

namespace Appliance.Factors;

/// <summary>The mail server that <see cref="SmtpTransport"/> hands messages to.</summary>
public sealed record SmtpOptions
{
    /// <summary>Its name, which its certificate must have, or its address.</summary>
    public required string Host { get; init; }

    /// <summary>587 for submission (RFC 6409), 465 for implicit TLS, 25 for a relay.</summary>
    public required int Port { get; init; }

    /// <summary>How the connection is protected.</summary>
    public SmtpTls Tls { get; init; } = SmtpTls.StartTls;

    /// <summary>The sender's address, by <see cref="ContactRules.CheckEmail"/>.</summary>
    public required string From { get; init; }

    /// <summary>What is shown beside the sender's address.</summary>
    public string FromName { get; init; } = "";

    /// <summary>Whom to sign in as; null for not at all.</summary>
    public string? User { get; init; }

    /// <summary>Reads the password; called for each connection, so that it is changed while the node runs.</summary>
    public Func<string>? Password { get; init; }

    /// <summary>CAs that alone may have issued the server's certificate; null for the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }
}
