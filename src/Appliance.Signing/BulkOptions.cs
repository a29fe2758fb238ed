namespace Appliance.Signing;

/// <summary>What an operator decides about bulk activations.</summary>
public sealed class BulkOptions
{
    /// <summary>Most hashes of one. Defaults to 1,000,000.</summary>
    public int MostHashes { get; init; } = 1_000_000;

    /// <summary>How many of one signer may be open. Defaults to 4.</summary>
    public int MostOpen { get; init; } = 4;

    /// <summary>How long one may be open before it is closed. Defaults to one hour.</summary>
    public TimeSpan OpenLifetime { get; init; } = TimeSpan.FromHours(1);
}
