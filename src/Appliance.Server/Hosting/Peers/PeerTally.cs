namespace Appliance.Server.Hosting.Peers;

/// <summary>What one address claimed since it was recorded last.</summary>
internal sealed class PeerTally
{
    public PeerClaims Claims { get; set; }

    /// <summary>How often; 0: nothing since.</summary>
    public int Count { get; set; }

    /// <summary>When it was recorded last, Unix milliseconds; null: never.</summary>
    public long? RecordedAt { get; set; }
}
