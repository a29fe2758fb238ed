namespace Appliance.Storage;

/// <summary>What a link that was sent is worth. The numbers are stored.</summary>
public enum OneTimeLinkState
{
    /// <summary>Nobody has used it.</summary>
    Open = 0,

    /// <summary>Its bearer has also given the code that was sent on the other channel.</summary>
    Confirmed = 1,

    /// <summary>It has done what it was for.</summary>
    Used = 2,
}
