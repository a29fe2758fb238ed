using Appliance.Grpc;
using Appliance.Server.Options;

namespace Appliance.Server.Hosting;

/// <summary>
/// Which wire a request belongs to: gRPC by its path or content type, health, CSC over REST. One branch, no routing.
/// </summary>
internal sealed class Wires : IDisposable
{
    private readonly Health _health;
    private readonly GrpcDispatcher _grpc;
    private readonly RequestDelegate _rest;

    public Wires(SigningParts parts, ApplianceOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _health = new Health(parts.Slots);
        var methods = new GrpcMethods();
        var limits = new GrpcServerOptions { MaxReceiveMessageSize = options.Limits.RequestBytes };
        _grpc = new GrpcDispatcher(methods, limits, time, loggers);
        _rest = HandleRestAsync;
    }

    public Task HandleAsync(HttpContext http) => _grpc.InvokeAsync(http, _rest);

    /// <summary>The stop has begun: no new calls.</summary>
    public void Drain()
    {
        _health.Drain();
        _grpc.Drain();
    }

    public void Dispose() => _grpc.Dispose();

    private Task HandleRestAsync(HttpContext http)
    {
        if (_health.TryHandle(http, out var handled))
        {
            return handled;
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
