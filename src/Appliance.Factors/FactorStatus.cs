namespace Appliance.Factors;

/// <summary>How a try of a one-time code ended.</summary>
public enum FactorStatus
{
    /// <summary>The code is right, was not used before, and is used now. Wrong tries count from 0 again.</summary>
    Accepted,

    /// <summary>The caller gave no code (null or empty). Nothing was compared or counted.</summary>
    Missing,

    /// <summary>The code is wrong or not a code at all. Counted.</summary>
    Wrong,

    /// <summary>The code was right once but its time step, or a later one, is used. Counted as a wrong try.</summary>
    Replayed,

    /// <summary>The factor is locked; nothing was compared. Only a new enrolment helps.</summary>
    Locked,

    /// <summary>This wrong try was one too many: the factor is locked from now on.</summary>
    JustLocked,

    /// <summary>The signer has no factor in the state that the call needs. Nothing was compared or counted.</summary>
    NotPaired,

    /// <summary>
    /// The stored factor does not decrypt under this installation's key for this signer and factor: the store was
    /// changed by another hand, or belongs to another root key. Nothing was compared or counted.
    /// </summary>
    Tampered,
}
