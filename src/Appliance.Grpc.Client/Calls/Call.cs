using System.Runtime.ExceptionServices;
using Appliance.Grpc.Client.Wire;
using Google.Protobuf.Reflection;

namespace Appliance.Grpc.Client.Calls;

/// <summary>
/// One call of any shape: its deadline over all attempts, its end, and why it failed. <see cref="Token"/> is cancelled
/// when the caller gives the call up, when the deadline passes, when the channel is disposed, and by <see cref="End"/>.
/// </summary>
internal sealed class Call : IDisposable
{
    private readonly Transport _transport;
    private readonly Uri _address;
    private readonly GrpcCallOptions _options;
    private readonly CancellationToken _caller;
    private readonly TimeSpan? _timeout;
    private readonly long _start;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _callerGone;
    private readonly CancellationTokenRegistration _channelGone;
    private int _attempts;
    private volatile bool _abandoned;

    public Call(Transport transport, MethodDescriptor method, GrpcCallOptions? options, CancellationToken caller)
    {
        _transport = transport;
        _address = new Uri(transport.Address, $"/{method.Service.FullName}/{method.Name}");
        _options = options ?? GrpcCallOptions.Default;
        _caller = caller;
        _start = transport.Time.GetTimestamp();

        // A timeout of zero needs no timer: the call is refused before it is sent.
        _timeout = _options.Timeout < TimeSpan.Zero ? TimeSpan.Zero : _options.Timeout;
        _source = _timeout is { } limit && limit > TimeSpan.Zero
            ? new CancellationTokenSource(
                limit < Transport.LongestTimer ? limit : Transport.LongestTimer, transport.Time)
            : new CancellationTokenSource();
        Token = _source.Token;
        _callerGone = caller.UnsafeRegister(static call => ((Call)call!).End(), this);
        _channelGone = transport.Closed.UnsafeRegister(static call => ((Call)call!).End(), this);
    }

    public CancellationToken Token { get; }

    public bool Compress => _options.Compress;

    private TimeSpan? Left => _timeout - _transport.Time.GetElapsedTime(_start);

    /// <summary>Makes one attempt; gives the response when its headers are there.</summary>
    public async Task<CallResponse> SendAsync(HttpContent content)
    {
        var left = Left;
        if (left <= TimeSpan.Zero)
        {
            throw Late(inner: null);
        }

        var request = RequestHeaders.NewRequest(_address, content, _options, left, _attempts);
        _attempts++;
        var http = await _transport.Http.SendAsync(request, Token);
        return await CallResponse.OpenAsync(http, _transport.MaxReceiveMessageSize, Token);
    }

    /// <summary>Makes attempts with the same request message until one succeeds or no further one is due.</summary>
    /// <param name="frame">The framed message.</param>
    /// <param name="use">What an attempt consists of once its headers are there.</param>
    public async Task<T> SendWithRetriesAsync<T>(ArraySegment<byte> frame, Func<CallResponse, Task<T>> use)
    {
        while (true)
        {
            CallResponse? response = null;
            Exception failure;
            try
            {
                response = await SendAsync(new ByteArrayContent(frame.Array!, frame.Offset, frame.Count));
                return await use(response);
            }
            catch (Exception exception)
            {
                response?.Dispose();
                failure = Explain(exception);
            }

            await WaitForRetryAsync(failure);
        }
    }

    /// <summary>Makes the one attempt that a stream of messages allows; failures are explained.</summary>
    public async Task<CallResponse> OpenAsync(MessageStreamContent requests)
    {
        try
        {
            var response = await SendAsync(requests);
            requests.Answered();
            return response;
        }
        catch (Exception exception)
        {
            throw Explain(exception);
        }
    }

    /// <summary>What a failure means to the caller: a status, or that it was the caller who cancelled.</summary>
    public Exception Explain(Exception exception) => exception switch
    {
        not (HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
            => exception,
        _ when _caller.IsCancellationRequested
            => new OperationCanceledException("The call was cancelled.", exception, _caller),
        _ when _abandoned => new GrpcStatusException(
            GrpcStatusCode.Cancelled, "The call was disposed before its end.", inner: exception),
        _ when _transport.Closed.IsCancellationRequested
            => new GrpcStatusException(GrpcStatusCode.Cancelled, "The channel was disposed.", inner: exception),
        _ when Token.IsCancellationRequested || Left <= TimeSpan.Zero => Late(exception),
        _ => TransportErrors.ToStatus(exception),
    };

    public void ThrowIfCallerCancelled() => _caller.ThrowIfCancellationRequested();

    /// <summary>The call is over: what of it still runs stops, and the server is told if it does not know.</summary>
    public void End()
    {
        // A read that was in progress comes here once more after the call was disposed.
        if (!Token.IsCancellationRequested)
        {
            _source.Cancel();
        }
    }

    /// <summary>The caller disposes the call: what still waits on it fails with CANCELLED.</summary>
    public void Abandon()
    {
        _abandoned = true;
        End();
    }

    public void Dispose()
    {
        _callerGone.Dispose();
        _channelGone.Dispose();
        _source.Dispose();
    }

    private static GrpcStatusException Late(Exception? inner)
        => new(GrpcStatusCode.DeadlineExceeded, "The deadline passed.", inner: inner);

    /// <summary>Waits until the next attempt is due, or throws the failure when none is.</summary>
    private async Task WaitForRetryAsync(Exception failure)
    {
        if (_options.RequestId is null
            || failure is not GrpcStatusException status
            || RetrySchedule.Next(_transport.Retry, status, _attempts, RetrySchedule.Jitter()) is not { } wait
            || wait >= Left)
        {
            ExceptionDispatchInfo.Throw(failure);
            return;
        }

        try
        {
            await Task.Delay(wait, _transport.Time, Token);
        }
        catch (OperationCanceledException exception)
        {
            throw Explain(exception);
        }
    }
}
