namespace Appliance.Pkcs11.Policy;

/// <summary>What a return value asks for.</summary>
internal enum SignRecovery
{
    /// <summary>The request's own fault, or nothing helps: fail it, keep the session.</summary>
    Fail,

    /// <summary>Somebody has done it already: as good as CKR_OK.</summary>
    Proceed,

    /// <summary>The key refuses: another object of that name, or another slot, may have a better one.</summary>
    KeyUnusable,

    /// <summary>The handle is stale: find the key again, once.</summary>
    FindKey,

    /// <summary>The login was lost, or may have been: log in again, once for all sessions.</summary>
    LogIn,

    /// <summary>The session is worth nothing: open another and try once more.</summary>
    ReplaceSession,

    /// <summary>The token is short of memory: unwrapped keys leave it, then as for a session.</summary>
    EvictKeys,

    /// <summary>The token gives no more sessions: be content with those that are open.</summary>
    LowerCap,

    /// <summary>Sessions were opened too fast: the same again, slower.</summary>
    PaceOpens,

    /// <summary>Replace the session and count it against the slot: several in a row mean that it is down.</summary>
    SuspectSlot,

    /// <summary>The token is gone: leave the slot alone until its keeper has seen it sign, try another.</summary>
    QuarantineSlot,

    /// <summary>As before, and only C_Finalize and C_Initialize can bring it back.</summary>
    Reinitialize,

    /// <summary>As before, and C_Login is not called again until the PIN changes or an operator says so.</summary>
    DisableSlot,
}
