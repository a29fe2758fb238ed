namespace Appliance.Factors;

/// <summary>What a one-time link is worth.</summary>
public enum LinkStatus
{
    /// <summary>It may be used.</summary>
    Live,

    /// <summary>Its text is none of ours, or a newer one has taken its place.</summary>
    Unknown,

    /// <summary>Its life is over.</summary>
    Expired,

    /// <summary>It was used.</summary>
    Used,

    /// <summary>The row was changed by another hand than the appliance's.</summary>
    Tampered,
}
