using System.Diagnostics.Metrics;

namespace Appliance.Server.Hosting.Peers;

/// <summary>Counts what was refused or dropped of what peers say of themselves.</summary>
internal sealed class PeerMetrics : IDisposable
{
    public const string MeterName = "Appliance.Server.Peers";

    /// <summary>A PROXY header of somebody who is no configured proxy.</summary>
    public const string Stranger = "stranger_preface";

    /// <summary>A configured proxy's header that is malformed or may not be.</summary>
    public const string Malformed = "malformed_preface";

    /// <summary>A configured proxy's header that is missing.</summary>
    public const string Missing = "missing_preface";

    /// <summary>The first bytes took too long.</summary>
    public const string Slow = "slow_preface";

    /// <summary>Headers of a stranger.</summary>
    public const string Headers = "stranger_headers";

    /// <summary>A configured proxy's headers that are malformed.</summary>
    public const string MalformedHeaders = "malformed_headers";

    /// <summary>A certificate that is not accepted.</summary>
    public const string Certificate = "certificate";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _refused;

    public PeerMetrics()
        => _refused = _meter.CreateCounter<long>(
            "appliance.peers.refused", "{claim}", "Claims of an address or a certificate that were not accepted.");

    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Dispose() => _meter.Dispose();
}
