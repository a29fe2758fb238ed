using System.Net;
using System.Threading.Channels;
using Appliance.Grpc.Client.Wire;
using Google.Protobuf;

namespace Appliance.Grpc.Client.Calls;

/// <summary>
/// A request body that is a stream of messages. The transport runs <see cref="SerializeToStreamAsync(Stream,
/// TransportContext?, CancellationToken)"/>, which takes one message after the other from the writers; one message may
/// wait besides the one being sent, so flow control reaches the writers.
/// </summary>
internal sealed class MessageStreamContent : HttpContent
{
    private readonly Channel<ArraySegment<byte>> _frames = Channel.CreateBounded<ArraySegment<byte>>(
        new BoundedChannelOptions(1) { SingleReader = true });

    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Call _call;
    private bool _begun;
    private bool _answered;
    private bool _failed;
    private volatile bool _completed;

    public MessageStreamContent(Call call)
    {
        _call = call;
        call.Token.UnsafeRegister(static content => ((MessageStreamContent)content!).Close(), this);
    }

    /// <summary>Waits for room; false when the call is over.</summary>
    public async ValueTask<bool> WriteAsync(IMessage message, CancellationToken cancellationToken)
    {
        if (_completed)
        {
            throw new InvalidOperationException("The request stream was completed; nothing can follow.");
        }

        ArraySegment<byte>? frame = null;
        while (await _frames.Writer.WaitToWriteAsync(cancellationToken))
        {
            frame ??= MessageFrame.Encode(message, _call.Compress, pooled: true);
            if (_frames.Writer.TryWrite(frame.Value))
            {
                return true;
            }
        }

        // With several writers at once a frame can be left over.
        if (frame is { } unsent)
        {
            MessageFrame.Return(unsent);
        }

        _call.ThrowIfCallerCancelled();
        return false;
    }

    /// <summary>Ends the request (half-close); done when all was given to the transport or the call is over.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken)
    {
        _completed = true;
        _frames.Writer.TryComplete();
        return _sent.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The response has begun, or there will be none: no further run of the body follows.</summary>
    public void Answered()
    {
        lock (_gate)
        {
            _answered = true;
            if (!_failed)
            {
                return;
            }
        }

        Close();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            Begin();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _call.Token);

            // The headers go out before there is a message: the server may speak first.
            await stream.FlushAsync(either.Token);
            await SendAsync(stream, either.Token);
            _sent.TrySetResult();
        }
        catch (Exception exception)
        {
            Failed();
            if (exception is OperationCanceledException && !_call.Token.IsCancellationRequested)
            {
                // It was the transport that cancelled; a write fails with its reason, where an end would hide it.
                await stream.WriteAsync(new byte[1], cancellationToken);
            }

            throw;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    /// <summary>
    /// The transport runs the body again on another connection when the server did not look at the first request. That
    /// is possible only while no message has been taken.
    /// </summary>
    private void Begin()
    {
        lock (_gate)
        {
            if (_begun)
            {
                throw new IOException("The connection was lost; a stream of messages cannot be sent twice.");
            }

            _failed = false;
        }
    }

    private async Task SendAsync(Stream stream, CancellationToken cancellationToken)
    {
        var frames = _frames.Reader;
        while (await frames.WaitToReadAsync(cancellationToken))
        {
            while (frames.TryRead(out var frame))
            {
                _begun = true;
                try
                {
                    await stream.WriteAsync(frame, cancellationToken);
                }
                finally
                {
                    MessageFrame.Return(frame);
                }
            }

            // Messages that were there together go out together.
            await stream.FlushAsync(cancellationToken);
        }

        // A call that is over closes the channel too; that is no end of the request.
        _call.Token.ThrowIfCancellationRequested();
    }

    private void Failed()
    {
        lock (_gate)
        {
            _failed = true;
            if (!_begun && !_answered)
            {
                return;
            }
        }

        Close();
    }

    private void Close()
    {
        _frames.Writer.TryComplete();
        _sent.TrySetResult();
    }
}
