using Google.Protobuf;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Appliance.Grpc.Calls;

/// <summary>The shapes whose request is a stream: the handler runs as soon as the headers have come.</summary>
internal abstract class StreamingRequestCallHandler<TRequest>(
    string path, CallEnvironment environment, MessageParser<TRequest> parser, GrpcMethodOptions options)
    : CallHandler(path[1..], environment, options)
    where TRequest : class, IBufferMessage, IMessage<TRequest>
{
    private readonly RequestParser<TRequest> _parser = new(parser, environment, options);

    protected sealed override bool PoolsContexts => false;

    protected sealed override Task RunAsync(GrpcCallContext call)
    {
        if (AskAdmit(call) is { } refusal)
        {
            Finish(call, refusal);
            return Task.CompletedTask;
        }

        // A stream may be long, and quiet for hours.
        BodyLimit.Lift(call.Http);
        if (call.Http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        BeginStream(call);
        return CallAsync(call, new GrpcRequestReader<TRequest>(call, _parser));
    }

    /// <summary>The headers are there.</summary>
    protected abstract Task CallAsync(GrpcCallContext call, GrpcRequestReader<TRequest> requests);
}
