using Appliance.Grpc;
using Appliance.Identity;
using Appliance.Server.Csc;
using Appliance.Signing;
using Google.Protobuf;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Grpc.Streaming;

/// <summary>
/// One call of a method that takes items and answers each. Each item goes through the operation that one call for it
/// would, several at a time.
///
///   1 Authenticate    nobody unknown gets further
///   2 Take            one message after the other, until the client half-closes or the server must stop:
///   2a  room          within the bounds of this stream; given back when the client was sent the result
///   2b  place         within the client's own limits, then among the items at work of all streams; given back when
///                     the item is done
///   2c  token         is it still good; from here on the item is taken. Where nodes share a store the answer may take
///                     a while: the item is taken, others follow, and an answer that is no ends the stream
///   2d  operation     behind interactive calls; its result goes to the writer
///   3 Finish          whatever happened: all that was taken comes to its end, and its result is sent
///   4 End             how far the stream came and why, unless the client has half-closed; then its half-close, or
///                     some patience, before the status: there are clients that drop what they have not read at it
/// </summary>
internal sealed class ItemStream<TRequest, TResponse, TWork, TResult> : IDisposable
    where TRequest : class, IBufferMessage, IMessage<TRequest>
    where TResponse : class, IBufferMessage
{
    /// <summary>How often the token of a stream is looked at that sends nothing: it must not stay for ever.</summary>
    private static readonly TimeSpan s_idleCheck = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may take to read up to the end. Below the grace period of most stops.</summary>
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(10);

    private readonly ItemStreams _streams;
    private readonly GrpcRequestReader<TRequest> _requests;
    private readonly GrpcCallContext _call;
    private readonly StringValues _authorization;
    private readonly CancellationToken _over;
    private readonly CancellationTokenSource _stop;
    private readonly ItemsInFlight _inFlight;
    private readonly ItemKind<TRequest, TResponse, TWork, TResult> _kind;
    private readonly ResultWriter<TResponse, TResult> _results;
    private readonly ClientGate? _gate;
    private readonly Caller _caller;
    private volatile CscError? _worthless;
    private long _taken;
    private string _lastId = "";

    public ItemStream(
        ItemStreams streams,
        GrpcRequestReader<TRequest> requests,
        GrpcResponseWriter<TResponse> responses,
        GrpcCallContext call,
        ItemKind<TRequest, TResponse, TWork, TResult> kind,
        in Authentication who)
    {
        _streams = streams;
        (_caller, _gate) = (who.Caller, who.Gate);
        _requests = requests;
        _call = call;
        _kind = kind;
        _authorization = call.Http.Request.Headers.Authorization;
        _over = call.CancellationToken;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(_over, call.Draining);
        var limits = streams.Limits;
        _inFlight = new ItemsInFlight(limits.StreamItems, SigningService.HashLimit, limits.RequestBytes);
        _results = new ResultWriter<TResponse, TResult>(responses, _inFlight, kind.Tell, _stop.Cancel);
    }

    public async Task RunAsync()
    {
        if (_kind.Begin(_call.Http.Request.Headers) is { } malformed)
        {
            _call.Fail(GrpcErrors.StatusOf(await RefuseAsync(malformed)));
            return;
        }

        await _call.SendHeadersAsync();

        // 2
        GrpcStatus? end;
        var sending = _results.SendAllAsync();
        await using (_streams.Time.CreateTimer(
            static stream => _ = ((ItemStream<TRequest, TResponse, TWork, TResult>)stream!).StopIfWorthlessAsync(),
            this,
            s_idleCheck,
            s_idleCheck))
        {
            try
            {
                end = await TakeAllAsync();
            }
            finally
            {
                // 3
                _results.EndTaking();
                await sending;
            }
        }

        // 4
        if (end is not null)
        {
            await _results.SendEndAsync(_kind.TellEnd(_taken, _lastId));
            await AwaitHalfCloseAsync();
            _call.Fail(end);
        }
    }

    /// <summary>What the client still sends is not taken: it was told so.</summary>
    private async Task AwaitHalfCloseAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(s_farewell, _streams.Time);
            while (await _requests.ReadAsync(patience.Token) is not null)
            {
                // Sent before the end was read.
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or GrpcStatusException)
        {
            // Too long, gone, or unreadable: the status follows anyway.
        }
    }

    public void Dispose() => _stop.Dispose();

    /// <summary>Null: the client has half-closed. Otherwise why the server stops.</summary>
    private async Task<GrpcStatus?> TakeAllAsync()
    {
        try
        {
            CscError? end = null;
            while (end is null && await _requests.ReadAsync(_stop.Token) is { } message)
            {
                if (!_kind.TrySetDefaults(message, out var wrong))
                {
                    end = await TakeAsync(message);
                }
                else if (wrong is not null)
                {
                    end = await RefuseAsync(wrong);
                }
            }

            return end is null ? null : GrpcErrors.StatusOf(end);
        }
        catch (GrpcStatusException damaged)
        {
            return damaged.Status;
        }
        catch (OperationCanceledException) when (!_over.IsCancellationRequested && EndOfTaking() is { } end)
        {
            return GrpcErrors.StatusOf(end);
        }
    }

    /// <summary>
    /// Starts an item; waits only until it may start. An error ends the stream, and the item is not taken.
    /// </summary>
    private async ValueTask<CscError?> TakeAsync(TRequest message)
    {
        // 2a
        var refusal = !_kind.TryRead(message, out var item, out var work) ? CscErrors.NoItem
            : StreamItem.IsId(item.Id) ? null
            : CscErrors.InvalidItemId;
        item = refusal is null ? item : item with { Id = "" };
        item = await _inFlight.EnterAsync(item, _stop.Token);
        refusal ??= item.IsDuplicate ? CscErrors.ItemIdInFlight : null;

        // 2b
        await TakePlacesAsync();

        // 2c
        if (_streams.Operations.Glance(_authorization) is { } worthless)
        {
            LeavePlaces();
            return worthless;
        }

        _taken++;
        _lastId = item.Id;

        // 2d
        _results.Expect();
        _ = AnswerAsync(item, work, refusal);
        return null;
    }

    /// <summary>Never throws: the result says what became of the item.</summary>
    private async Task AnswerAsync(StreamItem item, TWork work, CscError? refusal)
    {
        Answer<TResult> answer;
        try
        {
            // Another node may have ended the token: that is found out beside the items that follow.
            var who = await _streams.Operations.AuthenticateAsync(_authorization);
            if (who.Error is { } worthless)
            {
                Stop(worthless);
                answer = worthless;
            }
            else
            {
                answer = refusal is null
                    ? await _kind.RunAsync(who.Caller, work, _over)
                    : await RefuseAsync(refusal);
            }
        }
        catch (Exception exception)
        {
            _streams.ItemThrew(_kind.Method, exception);
            answer = CscErrors.For(exception);
        }

        _results.Add(new ItemResult<TResult>(item, answer));
        LeavePlaces();
    }

    private ValueTask<CscError> RefuseAsync(CscError error)
        => _streams.Operations.RefuseAsync(_caller, _kind.Method, null, error, _over);

    /// <summary>The client's own first: who waits for these keeps nobody else waiting.</summary>
    private async ValueTask TakePlacesAsync()
    {
        if (_gate is not null)
        {
            await _gate.EnterAsync(_stop.Token);
        }

        try
        {
            await _streams.Places.TakeAsync(Admission.ClientOf(_caller), _stop.Token);
        }
        catch
        {
            _gate?.Leave();
            throw;
        }
    }

    private void LeavePlaces()
    {
        _streams.Places.Leave(Admission.ClientOf(_caller));
        _gate?.Leave();
    }

    private async Task StopIfWorthlessAsync()
    {
        if ((await _streams.Operations.AuthenticateAsync(_authorization)).Error is { } worthless)
        {
            Stop(worthless);
        }
    }

    private void Stop(CscError worthless)
    {
        _worthless = worthless;
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stream has come to its end by itself.
        }
    }

    /// <summary>Why the server takes nothing more; null when the call itself is over.</summary>
    private CscError? EndOfTaking()
        => _worthless ?? (_call.Draining.IsCancellationRequested ? CscErrors.StreamStopping : null);
}
