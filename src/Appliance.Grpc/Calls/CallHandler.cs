using Appliance.Grpc.Wire;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Appliance.Grpc.Calls;

/// <summary>
/// The envelope that all call shapes share: checks of the HTTP request, context, deadline, encoding before the call;
/// status, measurement and return of the context after it. A shape derives and says what lies between.
/// </summary>
internal abstract class CallHandler(string methodName, CallEnvironment environment, GrpcMethodOptions options)
{
    /// <summary>RFC 9113, section 7: CANCEL.</summary>
    private const int Http2Cancel = 8;

    /// <summary>How long a write may still take when its call is over.</summary>
    private static readonly TimeSpan s_writeGrace = TimeSpan.FromMilliseconds(500);

    private int _running;

    protected CallEnvironment Environment { get; } = environment;

    protected GrpcMethodOptions Options { get; } = options;

    /// <summary>True when contexts are reused: nothing of a call is in a handler's hands after its end.</summary>
    protected virtual bool PoolsContexts => true;

    public Task HandleAsync(HttpContext http)
    {
        // 1 Is it a gRPC request at all? If not, answer in HTTP's terms.
        if (!CheckHttp(http))
        {
            return Task.CompletedTask;
        }

        // 2 From here on every answer is a gRPC status.
        var call = PoolsContexts ? Environment.Contexts.Get() : Environment.NewContext();
        call.Begin(http, methodName, Options.CompressResponses);
        http.Response.Headers.ContentType = ContentTypes.Grpc;

        // 3 Who may not call at all, stopping, deadline, encoding, how many.
        var refusal = Admit(call);
        if (refusal is not null)
        {
            Finish(call, refusal);
            return Task.CompletedTask;
        }

        // 4 The shape's own work; it ends with Finish.
        return RunAsync(call);
    }

    protected abstract Task RunAsync(GrpcCallContext call);

    /// <summary>To be called before the handler of a streaming method is.</summary>
    protected void BeginStream(GrpcCallContext call)
    {
        call.BeginStream();
        Environment.Observer.StreamBegan(call);
    }

    /// <summary>Ends a call: status to the wire if not yet there, measurement, context back to the pool.</summary>
    protected void Finish(GrpcCallContext call, GrpcStatus status)
    {
        if (!call.Sender.Answered)
        {
            call.Sender.WriteStatus(status);
        }

        Environment.Observer.Ended(call, status);
        if (call.Counted)
        {
            Interlocked.Decrement(ref _running);
        }

        call.End();
        if (PoolsContexts)
        {
            Environment.Contexts.Return(call);
        }
    }

    /// <summary>The end of a call whose handler gave a response, or null and a status.</summary>
    protected void Answer(GrpcCallContext call, IBufferMessage? response)
    {
        if (call.Ended)
        {
            Finish(call, call.EndStatus);
        }
        else if (response is null || call.Failure is not null)
        {
            Finish(call, call.Failure ?? WireStatus.HandlerGaveNothing);
        }
        else
        {
            GrpcStatus status;
            try
            {
                var written = call.Sender.TryWrite(response, Environment.MaxSendMessageSize);
                status = written ? GrpcStatus.Ok : WireStatus.ResponseTooLarge;
            }
            catch (Exception exception)
            {
                status = StatusOfHandler(call, exception);
            }

            Finish(call, status);
        }
    }

    /// <summary>What the method's own Admit says; null when there is none or it has nothing against the call.</summary>
    protected GrpcStatus? AskAdmit(GrpcCallContext call)
    {
        try
        {
            return Options.Admit?.Invoke(call.Http);
        }
        catch (Exception exception)
        {
            return StatusOfHandler(call, exception);
        }
    }

    /// <summary>
    /// Runs a handler that streams its responses, and ends the call when it is done or when the call is ended from
    /// outside.
    /// </summary>
    protected async Task StreamAsync(GrpcCallContext call, Func<Task> handler)
    {
        GrpcStatus status;
        try
        {
            var pending = handler();
            status = await EndedBeforeAsync(call, pending) ?? GrpcStatus.Ok;
            if (status.Code == GrpcStatusCode.Ok)
            {
                await pending;
                status = call.Failure ?? status;
            }
        }
        catch (Exception exception)
        {
            status = StatusOfHandler(call, exception);
        }

        Finish(call, status);
    }

    /// <summary>
    /// Waits for a handler. When the call is ended from outside first (deadline, end of the grace period), the client
    /// is answered at once, even if the handler goes on; the HTTP request is kept until the handler is done, so that
    /// nothing it may touch is recycled under its hands.
    /// </summary>
    /// <returns>What was answered; null when the handler was first and its outcome stands.</returns>
    protected async ValueTask<GrpcStatus?> EndedBeforeAsync(GrpcCallContext call, Task pending)
    {
        if (pending.IsCompleted)
        {
            return null;
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = call.CancellationToken.UnsafeRegister(
            static state => ((TaskCompletionSource)state!).TrySetResult(), ended);
        if (await Task.WhenAny(pending, ended.Task) == pending)
        {
            return null;
        }

        var status = call.EndStatus;
        if (!call.ClientGone)
        {
            await AnswerNowAsync(call, status);
        }

        // Nobody is there any more to be told how it ended, but the operator.
        await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (pending.Exception?.InnerException is { } late and not (OperationCanceledException or GrpcStatusException))
        {
            Environment.Observer.HandlerThrew(call, late);
        }

        return status;
    }

    /// <summary>
    /// Ends the response whatever its handler does. A write that waits for a client that does not read leaves no room
    /// for a status: the stream is reset.
    /// </summary>
    private async Task AnswerNowAsync(GrpcCallContext call, GrpcStatus status)
    {
        try
        {
            await call.Sender.CloseAsync().WaitAsync(s_writeGrace, Environment.Time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            call.Http.Features.Get<IHttpResetFeature>()?.Reset(Http2Cancel);
            return;
        }

        call.Sender.WriteStatus(status);
        await call.Http.Response.CompleteAsync();
    }

    /// <summary>The status for an exception out of a handler.</summary>
    protected GrpcStatus StatusOfHandler(GrpcCallContext call, Exception exception)
    {
        switch (exception)
        {
            case GrpcStatusException known:
                return known.Status;
            case OperationCanceledException when call.Ended || call.ClientGone:
                return call.EndStatus;
            case OperationCanceledException when Environment.Draining:
                return WireStatus.Draining;
            default:
                Environment.Observer.HandlerThrew(call, exception);
                return Environment.DetailedErrors
                    ? new GrpcStatus(GrpcStatusCode.Unknown, $"{exception.GetType().Name}: {exception.Message}")
                    : WireStatus.HandlerThrew;
        }
    }

    /// <summary>The status for an exception out of reading the request: the client's doing or the deadline's.</summary>
    protected static GrpcStatus StatusOfReading(GrpcCallContext call, Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => WireStatus.RequestTooLarge,
        BadHttpRequestException => WireStatus.MessageTruncated,
        _ => call.Ended ? call.EndStatus : WireStatus.Cancelled,
    };

    private static bool CheckHttp(HttpContext http)
    {
        var request = http.Request;
        var response = http.Response;
        if (!HttpProtocol.IsHttp2(request.Protocol) && !HttpProtocol.IsHttp3(request.Protocol))
        {
            response.StatusCode = StatusCodes.Status426UpgradeRequired;
            response.Headers.Upgrade = "HTTP/2";
            response.Headers.Connection = "Upgrade";
            return false;
        }

        if (!string.Equals(request.Method, HttpMethods.Post, StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "POST";
            return false;
        }

        if (!ContentTypes.IsGrpc(request.Headers.ContentType))
        {
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return false;
        }

        return true;
    }

    private GrpcStatus? Admit(GrpcCallContext call)
    {
        if (Environment.Screen?.Invoke(call.Http) is { } refused)
        {
            return refused;
        }

        if (Environment.Draining)
        {
            return Options.Stopping ?? WireStatus.Draining;
        }

        var headers = call.Http.Request.Headers;
        if (headers.GrpcTimeout is { Count: > 0 } timeout)
        {
            if (timeout.Count > 1 || !GrpcTimeout.TryParse(timeout[0], out var remaining))
            {
                return WireStatus.TimeoutMalformed;
            }

            if (remaining == TimeSpan.Zero)
            {
                return WireStatus.DeadlineExceeded;
            }

            call.SetTimeout(remaining);
        }

        if (headers.GrpcEncoding is { Count: > 0 } encoding && !call.TrySetEncoding(encoding.ToString()))
        {
            call.Http.Response.Headers.GrpcAcceptEncoding = "identity,gzip";
            return WireStatus.EncodingUnknown;
        }

        if (Options.MaxConcurrentCalls is { } most)
        {
            call.Counted = true;
            if (Interlocked.Increment(ref _running) > most)
            {
                return Options.TooManyCalls ?? WireStatus.TooManyCalls;
            }
        }

        return null;
    }
}
