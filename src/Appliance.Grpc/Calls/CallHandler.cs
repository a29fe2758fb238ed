using Appliance.Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Appliance.Grpc.Calls;

/// <summary>
/// The envelope that all call shapes share: checks of the HTTP request, context, deadline, encoding before the call;
/// status, measurement and return of the context after it. A shape derives and says what lies between.
/// </summary>
internal abstract class CallHandler(string methodName, CallEnvironment environment)
{
    protected CallEnvironment Environment { get; } = environment;

    public Task HandleAsync(HttpContext http)
    {
        // 1 Is it a gRPC request at all? If not, answer in HTTP's terms.
        if (!CheckHttp(http))
        {
            return Task.CompletedTask;
        }

        // 2 From here on every answer is a gRPC status.
        var call = Environment.Contexts.Get();
        call.Begin(http, methodName);
        http.Response.Headers.ContentType = ContentTypes.Grpc;

        // 3 Stopping, deadline, encoding.
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

    /// <summary>Ends a call: status to the wire if not yet there, measurement, context back to the pool.</summary>
    protected void Finish(GrpcCallContext call, GrpcStatus status)
    {
        if (!call.Answered)
        {
            call.WriteStatus(status);
        }

        Environment.Observer.Ended(call, status);
        call.End();
        Environment.Contexts.Return(call);
    }

    /// <summary>The status for an exception out of a handler.</summary>
    protected GrpcStatus StatusOfHandler(GrpcCallContext call, Exception exception)
    {
        switch (exception)
        {
            case GrpcStatusException known:
                return known.Status;
            case OperationCanceledException when call.DeadlinePassed:
                return WireStatus.DeadlineExceeded;
            case OperationCanceledException when call.ClientGone:
                return WireStatus.Cancelled;
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
        _ => call.DeadlinePassed ? WireStatus.DeadlineExceeded : WireStatus.Cancelled,
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

        if (!HttpMethods.IsPost(request.Method))
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
        if (Environment.Draining)
        {
            return WireStatus.Draining;
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

        return null;
    }
}
