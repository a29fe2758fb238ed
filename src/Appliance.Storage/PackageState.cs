namespace Appliance.Storage;

/// <summary>
/// Whether a package can be drawn on. The numbers are stored; a credential has one active package at most.
/// </summary>
public enum PackageState
{
    /// <summary>While it lasts.</summary>
    Active = 0,

    /// <summary>Withdrawn by an operator.</summary>
    Cancelled = 1,

    /// <summary>Expired, and followed by another.</summary>
    Replaced = 2,
}
