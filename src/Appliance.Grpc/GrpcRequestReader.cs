using Google.Protobuf;

namespace Appliance.Grpc;

/// <summary>
/// The messages that a client streams, in order. Read by one task at a time. What is not read stays in the client: the
/// stream's flow-control window bounds what waits here.
/// </summary>
/// <typeparam name="T">The message.</typeparam>
public sealed class GrpcRequestReader<T>
    where T : class, IBufferMessage, IMessage<T>
{
    internal GrpcRequestReader(GrpcCallContext call)
    {
        _ = call;
    }

    /// <summary>Waits for the next message.</summary>
    /// <param name="cancellationToken">
    /// Ends this wait only; the stream can be read again and loses nothing. The end of the call ends every wait.
    /// </param>
    /// <returns>The message; null when the client has sent its last.</returns>
    /// <exception cref="GrpcStatusException">
    /// A message is damaged or too large. Let it out of the handler: the stream cannot be read on.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled, or the call is over: <see cref="GrpcCallContext.CancellationToken"/>.
    /// </exception>
    public ValueTask<T?> ReadAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
