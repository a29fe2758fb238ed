namespace Appliance.Factors;

/// <summary>How a try of a code that was sent ended.</summary>
public enum CodeStatus
{
    /// <summary>The code is right, and used from now on.</summary>
    Accepted,

    /// <summary>The caller gave no code (null or empty). Nothing was compared or counted.</summary>
    Missing,

    /// <summary>The code is wrong. Counted.</summary>
    Wrong,

    /// <summary>This wrong try was one too many: the code is void from now on.</summary>
    JustVoid,

    /// <summary>The code is void after wrong tries; nothing was compared.</summary>
    Void,

    /// <summary>The code's life is over; nothing was compared.</summary>
    Expired,

    /// <summary>No code was sent, or the last one is used; nothing was compared.</summary>
    None,

    /// <summary>The row was changed by another hand than the appliance's; nothing was compared.</summary>
    Tampered,
}
