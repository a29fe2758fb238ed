namespace Appliance.Identity;

/// <summary>How a sign-in ended.</summary>
public enum LoginStatus
{
    /// <summary>Signed in.</summary>
    Ok,

    /// <summary>Unknown user, wrong password, or no password set: one answer, so that nobody can probe.</summary>
    Failed,

    /// <summary>The credentials are right, but an operator limited the signer.</summary>
    SignerLimited,

    /// <summary>The refresh token does not have the form of one.</summary>
    RefreshTokenMalformed,

    /// <summary>The refresh token is unknown, expired, revoked or used before.</summary>
    RefreshTokenInvalid,

    /// <summary>Too many sign-ins or writes are waiting. Retry later; nothing was used up.</summary>
    Overloaded,
}
