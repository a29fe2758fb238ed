namespace Appliance.Storage;

/// <summary>Kinds of token that Identity issues. The numbers are stored.</summary>
public enum AccessTokenKind
{
    /// <summary>Presented with each call.</summary>
    Access = 0,

    /// <summary>Exchanged for a new access token.</summary>
    Refresh = 1,
}
