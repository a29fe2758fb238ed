using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Rest;
using Appliance.Server.Grpc;
using Appliance.Server.Grpc.Streaming;
using Appliance.Server.Hosting.Peers;
using Appliance.Server.Options;

namespace Appliance.Server.Hosting;

/// <summary>
/// Which wire a request belongs to: gRPC by its path or content type, health, CSC over REST. One branch, no routing.
/// </summary>
internal sealed class Wires : IDisposable
{
    /// <summary>What streams get of the time for a stop; the rest is for telling those that were cut off.</summary>
    public const double GraceShare = 0.8;

    private static readonly GrpcStatus s_malformedPeer = GrpcErrors.StatusOf(CscErrors.MalformedPeer);

    private readonly PeerDesk _peers;
    private readonly Admission _admission;
    private readonly Health _health;
    private readonly CscEndpoints _csc;
    private readonly GrpcDispatcher _grpc;
    private readonly ITimer _healthTimer;
    private readonly RequestDelegate _rest;
    private readonly TimeSpan _grace;

    public Wires(
        SigningParts parts, ApplianceOptions options, PeerDesk peers, TimeProvider time, ILoggerFactory loggers)
    {
        _peers = peers;
        _health = new Health(() => parts.Slots.Slots.Any(slot => slot.Healthy), () => parts.Watch.Obstacle);
        _admission = new Admission(options.Limits.CallsInFlight);
        var operations = new CscOperations(parts.Signing, parts.SignIn, parts.Tokens);
        var bulk = new BulkOperations(operations, parts.Signing);
        _csc = new CscEndpoints(
            operations,
            bulk,
            options.Info,
            _admission,
            options.Limits.RequestBytes,
            loggers.CreateLogger<CscEndpoints>());
        var methods = new GrpcMethods();
        Streams = new SignHashStreams(operations, options.Limits, time, loggers.CreateLogger<SignHashStreams>());
        new CscGrpcServices(operations, options.Info, _admission, Streams).Map(methods);
        new BulkGrpcService(bulk, new GrpcCalls(operations, _admission)).Map(methods);
        _health.Map(methods);
        var limits = new GrpcServerOptions
        {
            MaxReceiveMessageSize = options.Limits.RequestBytes,
            MaxSendMessageSize = CscGrpcServices.LargestAnswer,
            Reflection = options.Listen.Reflection,
            Screen = http => peers.TryPass(http) ? null : s_malformedPeer,
        };
        _grpc = new GrpcDispatcher(methods, limits, time, loggers);
        _healthTimer = _health.StartTelling(time);
        _rest = HandleRestAsync;
        _grace = TimeSpan.FromSeconds(options.Limits.DrainSeconds) * GraceShare;
    }

    internal SignHashStreams Streams { get; }

    /// <summary>Calls in work, over both wires.</summary>
    public int CallsInFlight => _admission.Inside;

    public Task HandleAsync(HttpContext http) => _grpc.InvokeAsync(http, _rest);

    /// <summary>The stop has begun: no new calls.</summary>
    public void Drain()
    {
        _health.Drain();
        _grpc.Drain(_grace);
        _admission.Stop();
    }

    public void Dispose()
    {
        _healthTimer.Dispose();
        _grpc.Dispose();
        Streams.Dispose();
    }

    private Task HandleRestAsync(HttpContext http)
    {
        if (!_peers.TryPass(http))
        {
            return JsonReply.WriteErrorAsync(http, CscErrors.MalformedPeer).AsTask();
        }

        return _health.TryHandle(http, out var handled) ? handled : _csc.HandleAsync(http);
    }
}
