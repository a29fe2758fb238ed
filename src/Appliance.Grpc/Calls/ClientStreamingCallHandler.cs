using Google.Protobuf;

namespace Appliance.Grpc.Calls;

/// <summary>Skeleton.</summary>
internal sealed class ClientStreamingCallHandler<TRequest, TResponse>(
    string path,
    CallEnvironment environment,
    MessageParser<TRequest> parser,
    Func<GrpcRequestReader<TRequest>, GrpcCallContext, Task<TResponse?>> handler,
    GrpcMethodOptions options) : CallHandler(path[1..], environment)
    where TRequest : class, IBufferMessage, IMessage<TRequest>
    where TResponse : class, IBufferMessage
{
    protected override Task RunAsync(GrpcCallContext call)
        => throw new NotSupportedException($"{parser is null}{handler is null}{options is null}");
}
