namespace Appliance.Storage;

/// <summary>The life of a factor. The numbers are stored.</summary>
public enum FactorState
{
    /// <summary>Enrolled; waits for its first valid code.</summary>
    Pending = 0,

    /// <summary>In use.</summary>
    Active = 1,

    /// <summary>Locked by wrong codes.</summary>
    Locked = 2,

    /// <summary>Replaced or withdrawn.</summary>
    Void = 3,
}
