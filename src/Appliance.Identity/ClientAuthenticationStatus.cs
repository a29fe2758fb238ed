namespace Appliance.Identity;

/// <summary>How a client's authentication, and what it asked for, ended.</summary>
public enum ClientAuthenticationStatus
{
    /// <summary>Done.</summary>
    Ok,

    /// <summary>Nothing was presented.</summary>
    Missing,

    /// <summary>No such client, or not its secret: one answer, so that nobody can probe.</summary>
    SecretRefused,

    /// <summary>
    /// The assertion is malformed, not signed by a key of the client's, not for us, out of its time, or used before.
    /// </summary>
    AssertionRefused,

    /// <summary>No such client, or not its certificate.</summary>
    CertificateRefused,

    /// <summary>It is who it says, and is suspended or ended, or its organisation is limited.</summary>
    Inactive,

    /// <summary>It calls more often than it may. Retry later.</summary>
    RateExceeded,

    /// <summary>The token that it wants to revoke is none of its.</summary>
    TokenInvalid,

    /// <summary>Too many writes are waiting. Retry later; nothing was changed.</summary>
    Overloaded,
}
