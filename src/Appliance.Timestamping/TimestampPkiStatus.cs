namespace Appliance.Timestamping;

/// <summary>PKIStatus of RFC 3161 section 2.4.2.</summary>
public enum TimestampPkiStatus
{
    /// <summary>A token as requested.</summary>
    Granted = 0,

    /// <summary>A token with modifications; this authority never gives one.</summary>
    GrantedWithMods = 1,

    /// <summary>No token.</summary>
    Rejection = 2,

    /// <summary>Not yet.</summary>
    Waiting = 3,

    /// <summary>A revocation is imminent.</summary>
    RevocationWarning = 4,

    /// <summary>A revocation has occurred.</summary>
    RevocationNotification = 5,
}
