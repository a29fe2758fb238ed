using Appliance.Grpc.Client.Calls;
using Google.Protobuf;

namespace Appliance.Grpc.Client;

/// <summary>
/// A call in which both sides send streams of messages, each at its own pace. Read while writing: a server that waits
/// for its answers to be read may stop reading. The end of the answers is the end of the call. Disposing it before that
/// cancels the call, and the server is told.
/// </summary>
public sealed class GrpcBidirectionalStreamingCall<TRequest, TResponse> : IAsyncDisposable
    where TRequest : IMessage
    where TResponse : class, IMessage<TResponse>
{
    private readonly MessageStreamContent _requests;
    private readonly ResponseMessages<TResponse> _responses;

    internal GrpcBidirectionalStreamingCall(MessageStreamContent requests, ResponseMessages<TResponse> responses)
    {
        _requests = requests;
        _responses = responses;
    }

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
    /// Sends a message. Waits while the server takes nothing (flow control); at most one message waits here besides the
    /// one being sent. Safe for concurrent use.
    /// </summary>
    /// <param name="message">Read before the method's task is done; then the caller's again.</param>
    /// <param name="cancellationToken">Gives up this write, not the call; the message is not sent then.</param>
    /// <returns>
    /// True when the message is on its way, which does not say that it arrives. False when the call is over: stop
    /// writing; reading tells how it ended.
    /// </returns>
    /// <exception cref="GrpcStatusException">RESOURCE_EXHAUSTED: no message can be that large.</exception>
    /// <exception cref="InvalidOperationException"><see cref="CompleteAsync"/> was called.</exception>
    /// <exception cref="OperationCanceledException">A token was cancelled, this one or the call's.</exception>
    public ValueTask<bool> WriteAsync(TRequest message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return _requests.WriteAsync(message, cancellationToken);
    }

    /// <summary>
    /// Tells the server that no message follows (half-close). Done when the transport has taken everything, or the call
    /// is over.
    /// </summary>
    /// <param name="cancellationToken">Gives up the wait; the half-close stands.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task CompleteAsync(CancellationToken cancellationToken = default)
        => _requests.CompleteAsync(cancellationToken);

    /// <summary>
    /// The next message, or null when the call ended with OK. One read at a time; concurrent with writes. What the
    /// server sends beyond what is read waits at the server (flow control).
    /// </summary>
    /// <param name="cancellationToken">Gives up this read, not the call: nothing is lost, read again.</param>
    /// <exception cref="GrpcStatusException">The call ended without OK; each further read throws the same.</exception>
    /// <exception cref="OperationCanceledException">A token was cancelled, this one or the call's.</exception>
    public ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken = default)
        => _responses.ReadAsync(cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _responses.DisposeAsync();
}
