namespace Appliance.Storage;

/// <summary>
/// Whether a client may use a credential at this moment. The numbers are those of the reservation's query.
/// </summary>
public enum ClientStanding
{
    /// <summary>It may, or no client is concerned.</summary>
    Good = 0,

    /// <summary>There is no such client.</summary>
    Unknown = 1,

    /// <summary>It is suspended or ended.</summary>
    Inactive = 2,

    /// <summary>The credential is none of those that it may use.</summary>
    OutOfReach = 3,
}
