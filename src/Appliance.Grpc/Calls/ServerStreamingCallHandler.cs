using Google.Protobuf;

namespace Appliance.Grpc.Calls;

/// <summary>One request message, any number of response messages.</summary>
internal sealed class ServerStreamingCallHandler<TRequest, TResponse>(
    string path,
    CallEnvironment environment,
    MessageParser<TRequest> parser,
    Func<TRequest, GrpcResponseWriter<TResponse>, GrpcCallContext, Task> handler,
    GrpcMethodOptions options) : SingleRequestCallHandler<TRequest>(path, environment, parser, options)
    where TRequest : class, IBufferMessage, IMessage<TRequest>
    where TResponse : class, IBufferMessage
{
    protected override bool PoolsContexts => false;

    protected override Task CallAsync(GrpcCallContext call, TRequest request)
    {
        BeginStream(call);
        return StreamAsync(
            call,
            () => handler(
                request, new GrpcResponseWriter<TResponse>(call, Environment.MaxSendMessageSize), call));
    }
}
