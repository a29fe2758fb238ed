using System.IO.Pipelines;
using Appliance.Grpc.Calls;
using Appliance.Grpc.Wire;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Appliance.Grpc;

/// <summary>
/// The messages that a client streams, in order. Read by one task at a time. What is not read stays in the client: the
/// stream's flow-control window bounds what waits here.
/// </summary>
/// <typeparam name="T">The message.</typeparam>
public sealed class GrpcRequestReader<T>
    where T : class, IBufferMessage, IMessage<T>
{
    private readonly GrpcCallContext _call;
    private readonly RequestParser<T> _parser;
    private readonly PipeReader _body;
    private GrpcStatus? _failure;
    private bool _ended;

    internal GrpcRequestReader(GrpcCallContext call, RequestParser<T> parser)
    {
        _call = call;
        _parser = parser;
        _body = call.Http.Request.BodyReader;
    }

    /// <summary>Waits for the next message.</summary>
    /// <param name="cancellationToken">
    /// Ends this wait only; the stream can be read again and loses nothing. The end of the call ends every wait: there
    /// is no need to link its token, and to give it costs nothing.
    /// </param>
    /// <returns>The message; null when the client has sent its last.</returns>
    /// <exception cref="GrpcStatusException">
    /// A message is damaged or too large. Let it out of the handler: the stream cannot be read on.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled, or the call is over: <see cref="GrpcCallContext.CancellationToken"/>.
    /// </exception>
    public ValueTask<T?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_ended)
        {
            return ValueTask.FromResult<T?>(null);
        }

        if (_failure is not null)
        {
            throw new GrpcStatusException(_failure);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var end = _call.CancellationToken;
        end.ThrowIfCancellationRequested();
        try
        {
            if (_body.TryRead(out var read) && TryTake(read, out var message))
            {
                return ValueTask.FromResult(message);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            throw Broken(exception, end);
        }

        return cancellationToken.CanBeCanceled && cancellationToken != end
            ? WaitLinkedAsync(end, cancellationToken)
            : WaitAsync(end, end);
    }

    private async ValueTask<T?> WaitLinkedAsync(CancellationToken end, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, cancellationToken);
        try
        {
            return await WaitAsync(either.Token, end);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private async ValueTask<T?> WaitAsync(CancellationToken cancellationToken, CancellationToken end)
    {
        try
        {
            while (true)
            {
                if (TryTake(await _body.ReadAsync(cancellationToken), out var message))
                {
                    return message;
                }
            }
        }
        catch (Exception exception) when (exception is IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Broken(exception, end);
        }
    }

    /// <summary>False: more must come. True: a message, or null at the end.</summary>
    private bool TryTake(in ReadResult read, out T? message)
    {
        message = null;
        var buffer = read.Buffer;
        var step = MessageFrame.ReadNext(
            buffer, read.IsCompleted, _parser.MaxSize, out var payload, out var compressed, out var failure);
        if (step == FrameStep.Complete)
        {
            message = _parser.Parse(_call, payload, compressed, out failure);
        }

        if (failure is not null)
        {
            _body.AdvanceTo(buffer.End);
            _failure = failure;
            throw new GrpcStatusException(failure);
        }

        switch (step)
        {
            case FrameStep.Complete:
                // Not examined further: the next message may lie there already.
                _body.AdvanceTo(payload.End);
                return true;
            case FrameStep.End:
                _body.AdvanceTo(buffer.End);
                _ended = true;
                return true;
            default:
                _body.AdvanceTo(buffer.Start, buffer.End);
                return false;
        }
    }

    /// <summary>The connection or the stream broke, or Kestrel refused to read on.</summary>
    private Exception Broken(Exception exception, CancellationToken end)
    {
        if (exception is not BadHttpRequestException)
        {
            _call.SetBroken();
            return new OperationCanceledException("The client went away.", exception, end);
        }

        _failure = WireStatus.MessageTruncated;
        return new GrpcStatusException(_failure);
    }
}
