using System.IO.Pipelines;
using Appliance.Grpc.Wire;
using Google.Protobuf;

namespace Appliance.Grpc.Calls;

/// <summary>
/// The shapes whose request is one message. Runs without an async state machine when the body is in the pipe already.
/// </summary>
internal abstract class SingleRequestCallHandler<TRequest>(
    string path, CallEnvironment environment, MessageParser<TRequest> parser, GrpcMethodOptions options)
    : CallHandler(path[1..], environment, options)
    where TRequest : class, IBufferMessage, IMessage<TRequest>
{
    private readonly RequestParser<TRequest> _parser = new(parser, environment, options);

    protected sealed override Task RunAsync(GrpcCallContext call)
    {
        if (_parser.MaxSize > BodyLimit.Default - MessageFrame.HeaderLength)
        {
            BodyLimit.Lift(call.Http);
        }

        var body = call.Http.Request.BodyReader;
        TRequest? request = null;
        GrpcStatus? failure = null;
        FrameStep step;
        try
        {
            step = body.TryRead(out var read) ? Take(call, body, read, out request, out failure) : FrameStep.NeedMore;
        }
        catch (Exception exception)
        {
            step = FrameStep.Failed;
            failure = StatusOfReading(call, exception);
        }

        switch (step)
        {
            case FrameStep.Complete:
                return CallAsync(call, request!);
            case FrameStep.NeedMore when AskAdmit(call) is { } refusal:
                Finish(call, refusal);
                return Task.CompletedTask;
            case FrameStep.NeedMore:
                return ReadAndCallAsync(call, body);
            default:
                Finish(call, failure!);
                return Task.CompletedTask;
        }
    }

    /// <summary>The message is there.</summary>
    protected abstract Task CallAsync(GrpcCallContext call, TRequest request);

    private async Task ReadAndCallAsync(GrpcCallContext call, PipeReader body)
    {
        TRequest? request = null;
        GrpcStatus? failure;
        try
        {
            // Without a deadline Kestrel itself ends the read when the client goes away.
            var cancellation = call.HasDeadline ? call.CancellationToken : CancellationToken.None;
            FrameStep step;
            do
            {
                step = Take(call, body, await body.ReadAsync(cancellation), out request, out failure);
            }
            while (step == FrameStep.NeedMore);
        }
        catch (Exception exception)
        {
            failure = StatusOfReading(call, exception);
        }

        if (failure is not null)
        {
            Finish(call, failure);
            return;
        }

        await CallAsync(call, request!);
    }

    private FrameStep Take(
        GrpcCallContext call, PipeReader body, in ReadResult read, out TRequest? request, out GrpcStatus? failure)
    {
        request = null;
        var buffer = read.Buffer;
        var step = MessageFrame.ReadSingle(
            buffer,
            read.IsCompleted,
            _parser.MaxSize,
            out var payload,
            out var compressed,
            out failure);
        if (step == FrameStep.NeedMore)
        {
            // Examined to the end: Kestrel opens the flow-control window for the rest.
            body.AdvanceTo(buffer.Start, buffer.End);
            return step;
        }

        if (step == FrameStep.Complete)
        {
            request = _parser.Parse(call, payload, compressed, out failure);
            step = failure is null ? FrameStep.Complete : FrameStep.Failed;
        }

        body.AdvanceTo(buffer.End);
        return step;
    }
}
