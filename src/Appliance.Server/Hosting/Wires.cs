using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Server.Csc.OAuth;
using Appliance.Server.Csc.Rest;
using Appliance.Server.Enrolments;
using Appliance.Server.Grpc;
using Appliance.Server.Grpc.Streaming;
using Appliance.Server.Hosting.Peers;
using Appliance.Server.Options;
using Appliance.Server.Timestamps;
using Appliance.Signing;

namespace Appliance.Server.Hosting;

/// <summary>
/// Which wire a request belongs to: gRPC by its path or content type, health, time stamps, enrolment and CSC over REST.
/// </summary>
internal sealed class Wires : IDisposable
{
    /// <summary>What streams get of the time for a stop; the rest is for telling those that were cut off.</summary>
    public const double GraceShare = 0.8;

    private static readonly GrpcStatus s_malformedPeer = GrpcErrors.StatusOf(CscErrors.MalformedPeer);

    private readonly PeerDesk _peers;
    private readonly Admission _admission;
    private readonly ItemPlaces _places;
    private readonly Health _health;
    private readonly CscEndpoints _csc;
    private readonly FactorEndpoints _factors;
    private readonly TimestampEndpoints? _timestamps;
    private readonly GrpcDispatcher _grpc;
    private readonly SignerOperations _signers;
    private readonly ITimer _healthTimer;
    private readonly RequestDelegate _rest;
    private readonly TimeSpan _grace;
    private readonly Action _stopWaiting;

    /// <param name="parts">Signing and sign-in.</param>
    /// <param name="timestamps">The time-stamping authority; null for none.</param>
    /// <param name="options">Validated.</param>
    /// <param name="peers">Who is on the other end.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Where it is told.</param>
    public Wires(
        SigningParts parts,
        TimestampParts? timestamps,
        ApplianceOptions options,
        PeerDesk peers,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        _peers = peers;
        _health = new Health(() => parts.Slots.IsServing, () => parts.Watch.Obstacle, () => parts.Desk.IsOut);
        _admission = new Admission(
            options.Limits, () => parts.Slots.Capacity, time, () => parts.Watch.Obstacle is not null);
        parts.Desk.CallsInFlight = () => _admission.Inside;
        var operations = new CscOperations(parts.Signing, parts.SignIn, parts.Tokens, _admission);
        var bulk = new BulkOperations(operations, parts.Signing, _admission);
        _signers = new SignerOperations(
            operations, parts.Store, new SignerReach(parts.Access), parts.Limits, time);
        var open = new OpenAdmission(_admission, options.Limits.OpenCalls);
        var approvals = new ApprovalOperations(operations, parts.Signing, open, time);
        _places = new ItemPlaces(options.Limits.StreamItemsInWork);
        var stamps = timestamps is null ? null : MakeTimestamps(
            timestamps, operations, parts.Signing, time, loggers, out _timestamps);
        _csc = new CscEndpoints(
            operations,
            bulk,
            new OAuthEndpoints(parts.Clients, _admission),
            options.Info,
            _admission,
            options.Limits.RequestBytes,
            loggers.CreateLogger<CscEndpoints>(),
            [
                .. new ApprovalEndpoints(approvals).Routes(),
                .. new SignerEndpoints(operations, _signers).Routes(),
                .. stamps is null ? [] : new TimestampMethods(stamps, operations, options.Limits).Routes(),
            ]);
        var factors = new FactorOperations(parts.Enrolment, parts.Access);
        var enrolments = new FactorCalls(operations, open);
        _factors = new FactorEndpoints(factors, enrolments, loggers.CreateLogger<FactorEndpoints>());
        var methods = new GrpcMethods();
        Streams = new ItemStreams(operations, _places, options.Limits, time, loggers.CreateLogger<ItemStreams>());
        new CscGrpcServices(operations, stamps, options.Info, _admission, Streams).Map(methods);
        var calls = new GrpcCalls(operations, _admission);
        (stamps is null ? null : new TimestampGrpcService(stamps, operations, calls, Streams))?.Map(methods);
        new BulkGrpcService(bulk, calls).Map(methods);
        new ApprovalGrpcService(approvals, calls).Map(methods);
        new EnrolmentGrpcService(factors, enrolments).Map(methods);
        new SignerGrpcService(_signers, calls).Map(methods);
        new SlotGrpcService(operations, parts.Desk, calls, time).Map(methods);
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
        _stopWaiting = parts.Signing.StopWaiting;
        _grace = TimeSpan.FromSeconds(options.Limits.DrainSeconds) * GraceShare;
    }

    internal ItemStreams Streams { get; }

    /// <summary>Calls in work, over both wires.</summary>
    public int CallsInFlight => _admission.Inside;

    public Task HandleAsync(HttpContext http) => _grpc.InvokeAsync(http, _rest);

    /// <summary>The stop has begun: no new calls.</summary>
    public void Drain()
    {
        _health.Drain();
        _grpc.Drain(_grace);
        _admission.Stop();
        _stopWaiting();
    }

    public void Dispose()
    {
        _healthTimer.Dispose();
        _signers.Dispose();
        _grpc.Dispose();
    }

    /// <summary>All that serves time stamps takes callers on the same terms.</summary>
    private TimestampOperations MakeTimestamps(
        TimestampParts parts,
        CscOperations operations,
        SigningService signing,
        TimeProvider time,
        ILoggerFactory loggers,
        out TimestampEndpoints endpoints)
    {
        var access = new TimestampAccess(
            operations, signing, parts.SettingsOf, parts.Strangers, parts.Service, _admission, time);
        endpoints = new TimestampEndpoints(
            parts.Service, access, _admission, loggers.CreateLogger<TimestampEndpoints>());
        return new TimestampOperations(
            operations,
            parts.Service,
            access,
            _places,
            CscGrpcServices.LargestAnswer,
            loggers.CreateLogger<TimestampOperations>());
    }

    private Task HandleRestAsync(HttpContext http)
    {
        if (!_peers.TryPass(http))
        {
            return JsonReply.WriteErrorAsync(http, CscErrors.MalformedPeer).AsTask();
        }

        if (_health.TryHandle(http, out var handled))
        {
            return handled;
        }

        if (_timestamps?.Find(http.Request.Path.Value ?? "/") is { } unit)
        {
            return _timestamps.HandleAsync(http, unit);
        }

        return _factors.Find(http) is { } route ? _factors.HandleAsync(http, route) : _csc.HandleAsync(http);
    }
}
