using System.Runtime.ExceptionServices;
using Google.Protobuf;

namespace Appliance.Grpc.Client.Calls;

/// <summary>The reading side of a call whose response is a stream.</summary>
internal sealed class ResponseMessages<TResponse> : IAsyncDisposable
    where TResponse : class, IMessage<TResponse>
{
    private const int Idle = 0;
    private const int Reading = 1;
    private const int Disposed = 2;

    private readonly Call _call;
    private readonly MessageParser<TResponse> _parser;
    private readonly Task<CallResponse> _opening;
    private int _state;
    private bool _over;
    private Exception? _failure;
    private GrpcMetadata? _trailers;

    /// <param name="call">Disposed with this.</param>
    /// <param name="parser">Of the messages.</param>
    /// <param name="opening">Makes the call; its failures are explained already.</param>
    public ResponseMessages(Call call, MessageParser<TResponse> parser, Task<CallResponse> opening)
    {
        _call = call;
        _parser = parser;
        _opening = AbortWithCallAsync(opening);
    }

    public GrpcMetadata Trailers => _trailers
        ?? throw new InvalidOperationException("The trailers are there once ReadAsync has told the end.");

    public async Task<GrpcMetadata> HeadersAsync(CancellationToken cancellationToken)
        => (await _opening.WaitAsync(cancellationToken)).Headers;

    public async ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            if (!_over)
            {
                return await NextAsync(cancellationToken);
            }

            if (_failure is not null)
            {
                ExceptionDispatchInfo.Throw(_failure);
            }

            return null;
        }
        finally
        {
            Interlocked.CompareExchange(ref _state, Idle, Reading);
        }
    }

    public async ValueTask DisposeAsync()
    {
        var before = Interlocked.Exchange(ref _state, Disposed);
        if (before == Disposed)
        {
            return;
        }

        _call.Abandon();
        await ((Task)_opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_opening.IsCompletedSuccessfully)
        {
            var response = await _opening;

            // A read in progress still uses the buffer; then it goes the way of all garbage.
            if (before == Idle)
            {
                response.Dispose();
            }
            else
            {
                response.Abort();
            }
        }

        _call.Dispose();
    }

    private void Enter()
    {
        var before = Interlocked.CompareExchange(ref _state, Reading, Idle);
        ObjectDisposedException.ThrowIf(before == Disposed, this);
        if (before == Reading)
        {
            throw new InvalidOperationException("Another read is in progress; read one message after the other.");
        }
    }

    private async ValueTask<TResponse?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            var response = await _opening.WaitAsync(cancellationToken);
            _call.Token.ThrowIfCancellationRequested();
            if (await response.ReadAsync(_parser, cancellationToken) is { } message)
            {
                return message;
            }

            Over(null, response.Trailers);
            return null;
        }
        catch (OperationCanceledException)
            when (cancellationToken.IsCancellationRequested && !_call.Token.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            var failure = _call.Explain(exception);
            Over(failure, (failure as GrpcStatusException)?.Trailers ?? []);
            ExceptionDispatchInfo.Throw(failure);
            return null;
        }
    }

    /// <summary>The end of the response is the end of the call, whether or not the request has ended.</summary>
    private void Over(Exception? failure, GrpcMetadata trailers)
    {
        _failure = failure;
        _trailers = trailers;
        _over = true;
        _call.End();
    }

    /// <summary>A call that is cancelled or late is given up at once, also while nobody reads.</summary>
    private async Task<CallResponse> AbortWithCallAsync(Task<CallResponse> opening)
    {
        try
        {
            var response = await opening;
            _call.Token.UnsafeRegister(static response => ((CallResponse)response!).Abort(), response);
            return response;
        }
        catch
        {
            // Nothing more will come: whoever writes is told without a read.
            _call.End();
            throw;
        }
    }
}
