using Google.Protobuf;

namespace Appliance.Grpc.Calls;

/// <summary>Any number of messages both ways, in any order.</summary>
internal sealed class BidirectionalCallHandler<TRequest, TResponse>(
    string path,
    CallEnvironment environment,
    MessageParser<TRequest> parser,
    Func<GrpcRequestReader<TRequest>, GrpcResponseWriter<TResponse>, GrpcCallContext, Task> handler,
    GrpcMethodOptions options) : StreamingRequestCallHandler<TRequest>(path, environment, parser, options)
    where TRequest : class, IBufferMessage, IMessage<TRequest>
    where TResponse : class, IBufferMessage
{
    protected override Task CallAsync(GrpcCallContext call, GrpcRequestReader<TRequest> requests)
        => StreamAsync(
            call,
            () => handler(
                requests, new GrpcResponseWriter<TResponse>(call, Environment.MaxSendMessageSize), call));
}
