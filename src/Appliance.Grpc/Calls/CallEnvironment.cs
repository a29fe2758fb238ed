using Appliance.Grpc.Observation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace Appliance.Grpc.Calls;

/// <summary>What the handlers of one dispatcher share: a snapshot of the options, the clock, the observer.</summary>
internal sealed class CallEnvironment(
    GrpcServerOptions options, TimeProvider time, CallObserver observer, CallDrain drain)
{
    private const int RetainedContexts = 1_024;

    public int MaxReceiveMessageSize { get; } = options.MaxReceiveMessageSize;

    public int MaxSendMessageSize { get; } = options.MaxSendMessageSize;

    public bool DetailedErrors { get; } = options.DetailedErrors;

    public Func<HttpContext, GrpcStatus?>? Screen { get; } = options.Screen;

    public TimeProvider Time { get; } = time;

    public CallObserver Observer { get; } = observer;

    /// <summary>For unary calls. A stream has a context of its own: its handler may hand it to its own tasks.</summary>
    public ObjectPool<GrpcCallContext> Contexts { get; } =
        new DefaultObjectPool<GrpcCallContext>(new ContextPolicy(time, drain), RetainedContexts);

    public bool Draining => drain.Started.IsCancellationRequested;

    public GrpcCallContext NewContext() => new(Time, drain);

    private sealed class ContextPolicy(TimeProvider time, CallDrain drain) : PooledObjectPolicy<GrpcCallContext>
    {
        public override GrpcCallContext Create() => new(time, drain);

        public override bool Return(GrpcCallContext obj) => true;
    }
}
