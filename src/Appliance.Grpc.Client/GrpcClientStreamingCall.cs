using Appliance.Grpc.Client.Calls;
using Google.Protobuf;

namespace Appliance.Grpc.Client;

/// <summary>
/// A call that sends a stream of messages and gets one answer. Disposing it before the answer cancels the call, and the
/// server is told.
/// </summary>
public sealed class GrpcClientStreamingCall<TRequest, TResponse> : IAsyncDisposable
    where TRequest : IMessage
    where TResponse : class, IMessage<TResponse>
{
    private readonly Call _call;
    private readonly MessageStreamContent _requests;
    private readonly Task<GrpcResponse<TResponse>> _answer;
    private int _disposed;

    internal GrpcClientStreamingCall(Call call, MessageParser<TResponse> parser)
    {
        _call = call;
        _requests = new MessageStreamContent(call);
        _answer = AnswerAsync(parser);
    }

    /// <summary>
    /// Sends a message. Waits while the server takes nothing (flow control); at most one message waits here besides the
    /// one being sent. Safe for concurrent use.
    /// </summary>
    /// <param name="message">Read before the method's task is done; then the caller's again.</param>
    /// <param name="cancellationToken">Gives up this write, not the call; the message is not sent then.</param>
    /// <returns>
    /// True when the message is on its way, which does not say that it arrives. False when the call is over, maybe with
    /// OK: stop writing; <see cref="CompleteAsync"/> tells how it ended.
    /// </returns>
    /// <exception cref="GrpcStatusException">RESOURCE_EXHAUSTED: no message can be that large.</exception>
    /// <exception cref="InvalidOperationException"><see cref="CompleteAsync"/> was called.</exception>
    /// <exception cref="OperationCanceledException">A token was cancelled, this one or the call's.</exception>
    public ValueTask<bool> WriteAsync(TRequest message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return _requests.WriteAsync(message, cancellationToken);
    }

    /// <summary>Tells the server that no message follows (half-close), and waits for its answer.</summary>
    /// <param name="cancellationToken">Gives up the wait; the half-close stands.</param>
    /// <exception cref="GrpcStatusException">The call ended without OK.</exception>
    /// <exception cref="OperationCanceledException">A token was cancelled, this one or the call's.</exception>
    public async Task<GrpcResponse<TResponse>> CompleteAsync(CancellationToken cancellationToken = default)
    {
        await _requests.CompleteAsync(cancellationToken);
        return await _answer.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _call.Abandon();
        await ((Task)_answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _call.Dispose();
    }

    /// <summary>Reads from the start, so that an early end reaches who writes.</summary>
    private async Task<GrpcResponse<TResponse>> AnswerAsync(MessageParser<TResponse> parser)
    {
        try
        {
            using var response = await _call.OpenAsync(_requests);
            return await response.ReadSingleAsync(parser, _call.Token);
        }
        catch (Exception exception)
        {
            throw _call.Explain(exception);
        }
        finally
        {
            _call.End();
        }
    }
}
