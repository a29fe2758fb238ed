namespace Appliance.Identity;

/// <summary>What an access token is worth.</summary>
public enum TokenStatus
{
    /// <summary>It is a live access token.</summary>
    Valid,

    /// <summary>It is not an access token of this installation (CSC <c>invalid_token</c>).</summary>
    Unknown,

    /// <summary>It was one: its time is over, or it was revoked (CSC <c>expired_token</c>).</summary>
    Expired,
}
