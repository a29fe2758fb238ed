namespace Appliance.Storage;

/// <summary>Whether a client's secret is good inside its validity. The numbers are stored.</summary>
public enum ClientSecretState
{
    /// <summary>It is.</summary>
    Active = 0,

    /// <summary>It was withdrawn.</summary>
    Revoked = 1,
}
