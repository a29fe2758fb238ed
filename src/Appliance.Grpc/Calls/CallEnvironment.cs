using Appliance.Grpc.Observation;
using Microsoft.Extensions.ObjectPool;

namespace Appliance.Grpc.Calls;

/// <summary>What the handlers of one dispatcher share: a snapshot of the options, the clock, the observer.</summary>
internal sealed class CallEnvironment(GrpcServerOptions options, TimeProvider time, CallObserver observer)
{
    private const int RetainedContexts = 1_024;

    private volatile bool _draining;

    public int MaxReceiveMessageSize { get; } = options.MaxReceiveMessageSize;

    public int MaxSendMessageSize { get; } = options.MaxSendMessageSize;

    public bool DetailedErrors { get; } = options.DetailedErrors;

    public TimeProvider Time { get; } = time;

    public CallObserver Observer { get; } = observer;

    public ObjectPool<GrpcCallContext> Contexts { get; } =
        new DefaultObjectPool<GrpcCallContext>(new ContextPolicy(time), RetainedContexts);

    public bool Draining
    {
        get => _draining;
        set => _draining = value;
    }

    private sealed class ContextPolicy(TimeProvider time) : PooledObjectPolicy<GrpcCallContext>
    {
        public override GrpcCallContext Create() => new(time);

        public override bool Return(GrpcCallContext obj) => true;
    }
}
