using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Appliance.Grpc.Calls;
using Appliance.Grpc.Observation;
using Appliance.Grpc.Services;
using Appliance.Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Appliance.Grpc;

/// <summary>
/// Serves gRPC calls over HTTP/2 (grpc/doc/PROTOCOL-HTTP2.md) to the handlers of a <see cref="GrpcMethods"/>. Found by
/// path in one frozen table, without endpoint routing. Response compression, buffering and exception-page middleware
/// must not stand in front of it.
/// </summary>
public sealed class GrpcDispatcher : IDisposable
{
    private readonly FrozenDictionary<string, CallHandler> _handlers;
    private readonly CallHandler _unknown;
    private readonly GrpcMetrics _metrics;
    private readonly CallDrain _drain;

    /// <summary>Freezes the methods mapped so far.</summary>
    /// <param name="methods">What to serve.</param>
    /// <param name="options">Limits and manners.</param>
    /// <param name="time">Measures durations and deadlines.</param>
    /// <param name="loggers">The category is <c>Appliance.Grpc</c>; calls are logged at debug level.</param>
    /// <param name="meters">Owner of the meter <c>Appliance.Grpc</c>; null: the dispatcher owns it.</param>
    public GrpcDispatcher(
        GrpcMethods methods,
        GrpcServerOptions options,
        TimeProvider time,
        ILoggerFactory loggers,
        IMeterFactory? meters = null)
    {
        ArgumentNullException.ThrowIfNull(methods);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggers);

        _metrics = new GrpcMetrics(meters);
        _drain = new CallDrain(time);
        var environment = new CallEnvironment(options, time, new CallObserver(_metrics, loggers, time), _drain);
        var served = options.Reflection ? ReflectionMethods.AddTo(methods) : methods;
        _handlers = served.Build(environment).ToFrozenDictionary(StringComparer.Ordinal);
        _unknown = new UnknownMethodHandler(environment);
    }

    /// <summary>
    /// Middleware: answers calls to mapped methods, answers UNIMPLEMENTED to other requests whose content type is
    /// <c>application/grpc</c>, and passes everything else on.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="next">What serves requests that are not gRPC.</param>
    public Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.Value is { } path && _handlers.TryGetValue(path, out var handler))
        {
            return handler.HandleAsync(http);
        }

        return ContentTypes.IsGrpc(http.Request.Headers.ContentType) ? _unknown.HandleAsync(http) : next(http);
    }

    /// <summary>
    /// From now on new calls get UNAVAILABLE; running ones finish. To be called at the start of a graceful stop, before
    /// the server sends its GOAWAY.
    /// </summary>
    /// <param name="grace">
    /// How long streams may go on; then they are cancelled and answered UNAVAILABLE. Leave the server some time after
    /// it to send that.
    /// </param>
    public void Drain(TimeSpan grace)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grace, TimeSpan.Zero);
        _drain.Begin(grace);
    }

    /// <summary>Ends the metrics, unless a meter factory owns them.</summary>
    public void Dispose()
    {
        _drain.Dispose();
        _metrics.Dispose();
    }
}
