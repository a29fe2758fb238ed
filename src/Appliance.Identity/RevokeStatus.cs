namespace Appliance.Identity;

/// <summary>How a revocation ended.</summary>
public enum RevokeStatus
{
    /// <summary>The token is of no use from now on; or already was.</summary>
    Revoked,

    /// <summary>The hint is neither access_token nor refresh_token.</summary>
    HintInvalid,

    /// <summary>Not a token, or not the caller's: the two are one answer.</summary>
    TokenInvalid,

    /// <summary>Too many writes are waiting. Retry later; nothing was changed.</summary>
    Overloaded,
}
