using System.Collections.Frozen;
using System.Diagnostics.Metrics;

namespace Appliance.Grpc.TestService.Measures;

/// <summary>What is open in this process now, by the counters of Kestrel, ASP.NET and Appliance.Grpc.</summary>
internal sealed class OpenCounts : IDisposable
{
    private readonly FrozenDictionary<string, Count> _counts = new Dictionary<string, Count>(
        StringComparer.Ordinal)
    {
        ["http.server.active_requests"] = new(),
        ["rpc.server.active_streams"] = new(),
        ["kestrel.active_connections"] = new(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly MeterListener _listener = new();

    public OpenCounts()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (_counts.TryGetValue(instrument.Name, out var count))
            {
                listener.EnableMeasurementEvents(instrument, count);
            }
        };
        _listener.SetMeasurementEventCallback<long>(
            static (_, change, _, count) => ((Count)count!).Add(change));
        _listener.Start();
    }

    public long Requests => _counts["http.server.active_requests"].Value;

    public long Streams => _counts["rpc.server.active_streams"].Value;

    public long Connections => _counts["kestrel.active_connections"].Value;

    public void Dispose() => _listener.Dispose();

    private sealed class Count
    {
        private long _value;

        public long Value => Interlocked.Read(ref _value);

        public void Add(long change) => Interlocked.Add(ref _value, change);
    }
}
