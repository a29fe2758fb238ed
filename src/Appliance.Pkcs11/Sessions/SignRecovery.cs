namespace Appliance.Pkcs11.Sessions;

/// <summary>What a return value asks for.</summary>
internal enum SignRecovery
{
    /// <summary>The request's own fault, or nothing helps: fail it, keep the session.</summary>
    Fail,

    /// <summary>The key refuses: another slot may have a better one.</summary>
    KeyUnusable,

    /// <summary>The handle is stale: find the key again, once.</summary>
    FindKey,

    /// <summary>The login was lost: log in again, once.</summary>
    LogIn,

    /// <summary>The session is worth nothing: open another and try once more.</summary>
    ReplaceSession,

    /// <summary>As before, and count it against the slot: several in a row mean that it is down.</summary>
    SuspectSlot,

    /// <summary>The token is gone: leave the slot alone for a while, try another.</summary>
    SlotDown,
}
