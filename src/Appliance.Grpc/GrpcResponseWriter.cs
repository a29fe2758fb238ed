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
    internal GrpcResponseWriter(GrpcCallContext call)
    {
        _ = call;
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
    public ValueTask WriteAsync(T message, bool flush = true) => throw new NotSupportedException();

    /// <summary>Sends what was written without a flush.</summary>
    /// <exception cref="OperationCanceledException">As in <see cref="WriteAsync"/>.</exception>
    public ValueTask FlushAsync() => throw new NotSupportedException();
}
