using Google.Protobuf;

namespace Appliance.Grpc.Calls;

/// <summary>Any number of request messages, one response message.</summary>
internal sealed class ClientStreamingCallHandler<TRequest, TResponse>(
    string path,
    CallEnvironment environment,
    MessageParser<TRequest> parser,
    Func<GrpcRequestReader<TRequest>, GrpcCallContext, Task<TResponse?>> handler,
    GrpcMethodOptions options) : StreamingRequestCallHandler<TRequest>(path, environment, parser, options)
    where TRequest : class, IBufferMessage, IMessage<TRequest>
    where TResponse : class, IBufferMessage
{
    protected override async Task CallAsync(GrpcCallContext call, GrpcRequestReader<TRequest> requests)
    {
        TResponse? response;
        try
        {
            var pending = handler(requests, call);
            if (await EndedBeforeAsync(call, pending) is { } status)
            {
                Finish(call, status);
                return;
            }

            response = await pending;
        }
        catch (Exception exception)
        {
            Finish(call, StatusOfHandler(call, exception));
            return;
        }

        Answer(call, response);
    }
}
