using System.IO.Pipelines;
using Appliance.Grpc.Wire;
using Google.Protobuf;

namespace Appliance.Grpc;

/// <summary>
/// The messages streamed to a client, in order. Written by one task at a time; a write completes when the client's
/// flow-control window has room for what was written, so a slow reader slows the handler.
/// </summary>
/// <typeparam name="T">The message.</typeparam>
public sealed class GrpcResponseWriter<T>
    where T : class, IBufferMessage
{
    /// <summary>Unflushed bytes that are sent without being asked to.</summary>
    private const long MostUnflushed = 16 * 1024;

    private readonly GrpcCallContext _call;
    private readonly int _maxSize;
    private long _flushed;

    internal GrpcResponseWriter(GrpcCallContext call, int maxSize)
    {
        _call = call;
        _maxSize = maxSize;
    }

    /// <summary>Writes a message, after the headers if they have not been sent.</summary>
    /// <param name="message">Serialised before this returns; the caller may reuse it.</param>
    /// <param name="flush">
    /// False where more messages follow at once: they then share frames. Sent by the next write or
    /// <see cref="FlushAsync"/>, at the end of the call, or when 16 KiB wait.
    /// </param>
    /// <exception cref="GrpcStatusException">The message is larger than the server sends.</exception>
    /// <exception cref="OperationCanceledException">
    /// The call is over: <see cref="GrpcCallContext.CancellationToken"/>.
    /// </exception>
    public ValueTask WriteAsync(T message, bool flush = true)
    {
        ArgumentNullException.ThrowIfNull(message);
        Begin();
        var done = true;
        try
        {
            if (!_call.Sender.TryWrite(message, _maxSize))
            {
                throw new GrpcStatusException(WireStatus.ResponseTooLarge);
            }

            if (!flush && _call.Sender.Framed - _flushed < MostUnflushed)
            {
                return ValueTask.CompletedTask;
            }

            done = false;
        }
        finally
        {
            if (done)
            {
                _call.Sender.EndWrite();
            }
        }

        return SendAsync();
    }

    /// <summary>Sends what was written without a flush.</summary>
    /// <exception cref="OperationCanceledException">As in <see cref="WriteAsync"/>.</exception>
    public ValueTask FlushAsync()
    {
        Begin();
        return SendAsync();
    }

    private void Begin()
    {
        if (!_call.Sender.TryBeginWrite())
        {
            throw new OperationCanceledException(_call.CancellationToken);
        }
    }

    /// <summary>The right to write is held, and given back here.</summary>
    private async ValueTask SendAsync()
    {
        FlushResult result;
        try
        {
            _flushed = _call.Sender.Framed;
            result = await _call.Sender.FlushAsync();
        }
        finally
        {
            _call.Sender.EndWrite();
        }

        if (_call.Ended)
        {
            throw new OperationCanceledException(_call.CancellationToken);
        }

        if (result.IsCompleted || result.IsCanceled)
        {
            _call.SetBroken();
            throw new OperationCanceledException(_call.CancellationToken);
        }
    }
}
