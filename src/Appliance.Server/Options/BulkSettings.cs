namespace Appliance.Server.Options;

/// <summary>Bulk activations of credentials that seal.</summary>
internal sealed class BulkSettings
{
    /// <summary>Most hashes of one, 1 to 1,000,000. Default 1,000,000.</summary>
    public int MostHashes { get; set; } = 1_000_000;

    /// <summary>How many of one signer may be open at once, 1 to 1,000. Default 4.</summary>
    public int MostOpen { get; set; } = 4;

    /// <summary>How long one may be open before it is closed, 60 to 86,400 s. Default 3,600.</summary>
    public int OpenSeconds { get; set; } = 3_600;
}
