namespace Appliance.Factors;

/// <summary>How a try of a PIN ended.</summary>
public enum PinStatus
{
    /// <summary>The PIN is right. Wrong tries count from 0 again.</summary>
    Accepted,

    /// <summary>The caller gave no PIN. Nothing was compared or counted.</summary>
    Missing,

    /// <summary>The PIN is wrong. Counted.</summary>
    Wrong,

    /// <summary>The PIN is locked; nothing was compared. Only a new PIN helps.</summary>
    Locked,

    /// <summary>This wrong try was one too many: the PIN is locked from now on.</summary>
    JustLocked,

    /// <summary>The signer has no PIN. Nothing was counted.</summary>
    NotSet,

    /// <summary>The PIN was changed between computation and try. Nothing was compared or counted: try again.</summary>
    Changed,

    /// <summary>The row was changed by another hand than the appliance's. Nothing was compared or counted.</summary>
    Tampered,
}
