using System.Buffers;
using System.IO.Pipelines;
using Appliance.Grpc.Wire;
using Google.Protobuf;

namespace Appliance.Grpc.Calls;

/// <summary>
/// One request message, one response message. Runs without an async state machine when the body is in the pipe already
/// and the handler completes at once.
/// </summary>
internal sealed class UnaryCallHandler<TRequest, TResponse>(
    string path,
    CallEnvironment environment,
    MessageParser<TRequest> parser,
    Func<TRequest, GrpcCallContext, ValueTask<TResponse?>> handler,
    GrpcMethodOptions options) : CallHandler(path[1..], environment)
    where TRequest : class, IBufferMessage, IMessage<TRequest>
    where TResponse : class, IBufferMessage
{
    /// <summary>Kestrel refuses longer bodies by default; a larger message limit lifts that.</summary>
    private const int KestrelBodyLimit = 30_000_000;

    /// <summary>Responses up to this size are written into one span of the pipe.</summary>
    private const int SingleSpan = 4_000;

    private readonly int _maxSize = Math.Min(
        environment.MaxReceiveMessageSize, options.MaxReceiveMessageSize ?? int.MaxValue);

    protected override Task RunAsync(GrpcCallContext call)
    {
        if (_maxSize > KestrelBodyLimit - MessageFrame.HeaderLength)
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
                return Call(call, request!);
            case FrameStep.NeedMore when options.Admit?.Invoke(call.Http) is { } refusal:
                Finish(call, refusal);
                return Task.CompletedTask;
            case FrameStep.NeedMore:
                return ReadAndCall(call, body);
            default:
                Finish(call, failure!);
                return Task.CompletedTask;
        }
    }

    private async Task ReadAndCall(GrpcCallContext call, PipeReader body)
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

        await Call(call, request!);
    }

    private FrameStep Take(
        GrpcCallContext call, PipeReader body, in ReadResult read, out TRequest? request, out GrpcStatus? failure)
    {
        request = null;
        var buffer = read.Buffer;
        var step = MessageFrame.ReadSingle(
            buffer,
            read.IsCompleted,
            _maxSize,
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
            call.RequestSize = payload.Length;
            call.LastRequestCompressed = compressed;
            request = Parse(call, payload, compressed, out failure);
            step = failure is null ? FrameStep.Complete : FrameStep.Failed;
        }

        body.AdvanceTo(buffer.End);
        return step;
    }

    private TRequest? Parse(
        GrpcCallContext call, in ReadOnlySequence<byte> payload, bool compressed, out GrpcStatus? failure)
    {
        failure = null;
        try
        {
            if (!compressed)
            {
                return parser.ParseFrom(payload);
            }

            if (!call.RequestGzip)
            {
                failure = WireStatus.CompressedWithoutEncoding;
                return null;
            }

            var (buffer, length, gzipFailure) = GzipMessage.Decompress(payload, _maxSize);
            if (buffer is null)
            {
                failure = gzipFailure;
                return null;
            }

            try
            {
                return parser.ParseFrom(buffer, 0, length);
            }
            finally
            {
                GzipMessage.Return(buffer);
            }
        }
        catch (InvalidProtocolBufferException)
        {
            failure = WireStatus.MessageUnreadable;
            return null;
        }
    }

    private Task Call(GrpcCallContext call, TRequest request)
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

    /// <summary>
    /// Answers at the deadline even if the handler goes on. The HTTP request is kept until the handler is done, so that
    /// nothing it may touch is recycled under its hands.
    /// </summary>
    private async Task AwaitUntilDeadline(GrpcCallContext call, Task<TResponse?> pending)
    {
        if (!pending.IsCompleted)
        {
            var expired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = call.CancellationToken.UnsafeRegister(
                static state => ((TaskCompletionSource)state!).TrySetResult(), expired);
            if (await Task.WhenAny(pending, expired.Task) != pending && call.DeadlinePassed)
            {
                call.WriteStatus(WireStatus.DeadlineExceeded);
                await call.Http.Response.CompleteAsync();
            }
        }

        if (!call.Answered)
        {
            await Await(call, new ValueTask<TResponse?>(pending));
            return;
        }

        await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Finish(call, WireStatus.DeadlineExceeded);
    }

    private void Answer(GrpcCallContext call, TResponse? response)
    {
        if (call.DeadlinePassed)
        {
            Finish(call, WireStatus.DeadlineExceeded);
            return;
        }

        if (response is null || call.Failure is not null)
        {
            Finish(call, call.Failure ?? WireStatus.HandlerGaveNothing);
            return;
        }

        var size = response.CalculateSize();
        if (size > Environment.MaxSendMessageSize)
        {
            Finish(call, WireStatus.ResponseTooLarge);
            return;
        }

        Write(call, response, size);
        Finish(call, GrpcStatus.Ok);
    }

    /// <summary>Into the response's pipe, not flushed: Kestrel sends headers, message and trailers together.</summary>
    private static void Write(GrpcCallContext call, TResponse response, int size)
    {
        var writer = call.Http.Response.BodyWriter;
        call.MessageWritten = true;
        call.ResponseSize = size;
        if (size <= SingleSpan)
        {
            var span = writer.GetSpan(MessageFrame.HeaderLength + size);
            MessageFrame.WriteHeader(span, size);
            response.WriteTo(span.Slice(MessageFrame.HeaderLength, size));
            writer.Advance(MessageFrame.HeaderLength + size);
            return;
        }

        MessageFrame.WriteHeader(writer.GetSpan(MessageFrame.HeaderLength), size);
        writer.Advance(MessageFrame.HeaderLength);
        response.WriteTo(writer);
    }
}
