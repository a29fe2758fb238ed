using Google.Protobuf;

namespace Appliance.Grpc.Calls;

/// <summary>Skeleton.</summary>
internal sealed class ServerStreamingCallHandler<TRequest, TResponse>(
    string path,
    CallEnvironment environment,
    MessageParser<TRequest> parser,
    Func<TRequest, GrpcResponseWriter<TResponse>, GrpcCallContext, Task> handler,
    GrpcMethodOptions options) : CallHandler(path[1..], environment)
    where TRequest : class, IBufferMessage, IMessage<TRequest>
    where TResponse : class, IBufferMessage
{
    protected override Task RunAsync(GrpcCallContext call)
        => throw new NotSupportedException($"{parser is null}{handler is null}{options is null}");
}
