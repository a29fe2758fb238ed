namespace Appliance.Pkcs11;

/// <summary>Who calls C_Sign.</summary>
public enum SlotDispatch
{
    /// <summary>
    /// Each session has a named thread fed by its slot's bounded queues. For tokens that wait (network).
    /// </summary>
    Workers,

    /// <summary>The calling thread rents a session and blocks. For a token that is the CPU (SoftHSM2).</summary>
    Inline,
}
