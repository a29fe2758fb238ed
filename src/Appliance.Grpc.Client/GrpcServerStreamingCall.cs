using Appliance.Grpc.Client.Calls;
using Google.Protobuf;

namespace Appliance.Grpc.Client;

/// <summary>
/// A call whose answer is a stream of messages. Read until null or an exception; disposing it before that cancels the
/// call, and the server is told.
/// </summary>
public sealed class GrpcServerStreamingCall<TResponse> : IAsyncDisposable
    where TResponse : class, IMessage<TResponse>
{
    private readonly ResponseMessages<TResponse> _responses;

    internal GrpcServerStreamingCall(ResponseMessages<TResponse> responses) => _responses = responses;

    /// <summary>
    /// Metadata that came with the end, whether OK or not. Throws InvalidOperationException before
    /// <see cref="ReadAsync"/> has told the end.
    /// </summary>
    public GrpcMetadata Trailers => _responses.Trailers;

    /// <summary>Metadata that comes before the first message; empty when nothing but a status came.</summary>
    /// <param name="cancellationToken">Gives up this wait, not the call.</param>
    /// <exception cref="GrpcStatusException">The call ended without OK before there was an answer.</exception>
    /// <exception cref="OperationCanceledException">A token was cancelled, this one or the call's.</exception>
    public Task<GrpcMetadata> HeadersAsync(CancellationToken cancellationToken = default)
        => _responses.HeadersAsync(cancellationToken);

    /// <summary>
    /// The next message, or null when the call ended with OK. Not for concurrent use. What the server sends beyond what
    /// is read waits at the server (flow control).
    /// </summary>
    /// <param name="cancellationToken">Gives up this read, not the call: nothing is lost, read again.</param>
    /// <exception cref="GrpcStatusException">The call ended without OK; each further read throws the same.</exception>
    /// <exception cref="OperationCanceledException">A token was cancelled, this one or the call's.</exception>
    public ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken = default)
        => _responses.ReadAsync(cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _responses.DisposeAsync();
}
