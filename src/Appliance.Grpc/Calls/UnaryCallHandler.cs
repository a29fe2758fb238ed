using Google.Protobuf;

namespace Appliance.Grpc.Calls;

/// <summary>
/// One request message, one response message. Runs without an async state machine when the handler completes at once.
/// </summary>
internal sealed class UnaryCallHandler<TRequest, TResponse>(
    string path,
    CallEnvironment environment,
    MessageParser<TRequest> parser,
    Func<TRequest, GrpcCallContext, ValueTask<TResponse?>> handler,
    GrpcMethodOptions options) : SingleRequestCallHandler<TRequest>(path, environment, parser, options)
    where TRequest : class, IBufferMessage, IMessage<TRequest>
    where TResponse : class, IBufferMessage
{
    protected override Task CallAsync(GrpcCallContext call, TRequest request)
    {
        ValueTask<TResponse?> pending;
        try
        {
            pending = handler(request, call);
        }
        catch (Exception exception)
        {
            Finish(call, StatusOfHandler(call, exception));
            return Task.CompletedTask;
        }

        if (pending.IsCompletedSuccessfully)
        {
            AnswerAtOnce(call, pending);
            return Task.CompletedTask;
        }

        return call.HasDeadline ? AwaitUntilDeadline(call, pending.AsTask()) : Await(call, pending);
    }

    private void AnswerAtOnce(GrpcCallContext call, ValueTask<TResponse?> done) => Answer(call, done.Result);

    private async Task Await(GrpcCallContext call, ValueTask<TResponse?> pending)
    {
        TResponse? response;
        try
        {
            response = await pending;
        }
        catch (Exception exception)
        {
            Finish(call, StatusOfHandler(call, exception));
            return;
        }

        Answer(call, response);
    }

    private async Task AwaitUntilDeadline(GrpcCallContext call, Task<TResponse?> pending)
    {
        if (await EndedBeforeAsync(call, pending) is { } status)
        {
            Finish(call, status);
            return;
        }

        await Await(call, new ValueTask<TResponse?>(pending));
    }
}
