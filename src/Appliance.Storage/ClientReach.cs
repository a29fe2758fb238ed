namespace Appliance.Storage;

/// <summary>Which credentials a client may use. The numbers are stored.</summary>
public enum ClientReach
{
    /// <summary>Those it was given one by one.</summary>
    Listed = 0,

    /// <summary>Those, and all of its organisation.</summary>
    Organisation = 1,

    /// <summary>All.</summary>
    All = 2,
}
