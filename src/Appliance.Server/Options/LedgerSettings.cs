namespace Appliance.Server.Options;

/// <summary>What is kept.</summary>
internal sealed class LedgerSettings
{
    /// <summary>
    /// How long after its end an activation and its hashes are kept before they are removed, 1 to 8,760 h. The audit
    /// trail stays. Default 24.
    /// </summary>
    public int SweepAfterHours { get; set; } = 24;
}
