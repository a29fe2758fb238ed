using System.Diagnostics.Metrics;

namespace Appliance.Grpc.Observation;

/// <summary>The instruments of this layer. Names follow OpenTelemetry's conventions for RPC servers.</summary>
internal sealed class GrpcMetrics : IDisposable
{
    public const string MeterName = "Appliance.Grpc";

    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private readonly Histogram<double> _duration;
    private readonly Histogram<long> _requestSize;
    private readonly Histogram<long> _responseSize;
    private readonly Counter<long> _requestMessages;
    private readonly Counter<long> _responseMessages;
    private readonly UpDownCounter<long> _streams;

    public GrpcMetrics(IMeterFactory? factory)
    {
        _ownsMeter = factory is null;
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _duration = _meter.CreateHistogram(
            "rpc.server.call.duration",
            "s",
            "Time from the request's headers to the last byte handed to the connection.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries =
                    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            });
        _requestSize = _meter.CreateHistogram(
            "rpc.server.request.size", "By", "Request messages of a call, as received.", advice: Sizes());
        _responseSize = _meter.CreateHistogram(
            "rpc.server.response.size", "By", "Response messages of a call, as sent.", advice: Sizes());
        _requestMessages = _meter.CreateCounter<long>(
            "rpc.server.request.messages", "{message}", "Request messages of the calls that ended.");
        _responseMessages = _meter.CreateCounter<long>(
            "rpc.server.response.messages", "{message}", "Response messages of the calls that ended.");
        _streams = _meter.CreateUpDownCounter<long>(
            "rpc.server.active_streams", "{call}", "Streaming calls that are running.");
    }

    public void StreamsChanged(string method, int change)
        => _streams.Add(change, new KeyValuePair<string, object?>("rpc.method", method));

    public void CallEnded(
        string method,
        string status,
        double seconds,
        long requestSize,
        long responseSize,
        long requestMessages,
        long responseMessages)
    {
        if (_duration.Enabled)
        {
            _duration.Record(seconds, new("rpc.method", method), new("rpc.response.status_code", status));
        }

        if (_requestSize.Enabled)
        {
            _requestSize.Record(requestSize, new KeyValuePair<string, object?>("rpc.method", method));
        }

        if (_responseSize.Enabled)
        {
            _responseSize.Record(responseSize, new KeyValuePair<string, object?>("rpc.method", method));
        }

        if (_requestMessages.Enabled)
        {
            _requestMessages.Add(requestMessages, new KeyValuePair<string, object?>("rpc.method", method));
        }

        if (_responseMessages.Enabled)
        {
            _responseMessages.Add(responseMessages, new KeyValuePair<string, object?>("rpc.method", method));
        }
    }

    public void Dispose()
    {
        if (_ownsMeter)
        {
            _meter.Dispose();
        }
    }

    private static InstrumentAdvice<long> Sizes()
        => new() { HistogramBucketBoundaries = [64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304] };
}
