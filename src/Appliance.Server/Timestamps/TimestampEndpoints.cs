using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Rest;
using Appliance.Storage;
using Appliance.Timestamping;
using Microsoft.Net.Http.Headers;

namespace Appliance.Server.Timestamps;

/// <summary>
/// The time-stamp protocol over HTTP (RFC 3161 section 3.4): POST /tsa for the default unit, /tsa/UNIT for one, with
/// ?credentialID= where a client's time stamp belongs to a signer's transaction. What is wrong with a TimeStampReq is
/// told in a TimeStampResp, with 200; statuses of HTTP are for what is wrong with the call.
/// </summary>
internal sealed partial class TimestampEndpoints(
    TimestampService service, TimestampAccess access, Admission admission, ILogger logger)
{
    private const string Prefix = "/tsa";
    private const string Query = "application/timestamp-query";
    private const string Reply = "application/timestamp-reply";

    private const string Credential = "credentialID";

    private static readonly CscError s_badCredential = CscErrors.InvalidParameter(Credential);

    private static readonly CscError s_notQuery = new(
        HttpStatusCode.UnsupportedMediaType,
        GrpcStatusCode.InvalidArgument,
        "invalid_request",
        "The Content-Type must be application/timestamp-query");

    /// <summary>The unit of a path; null when it is none of ours.</summary>
    public TimestampUnit? Find(string path)
    {
        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        if (path.Length == Prefix.Length || path is "/tsa/")
        {
            return service.Units[0];
        }

        return path[Prefix.Length] == '/' ? service.Find(path[(Prefix.Length + 1)..]) : null;
    }

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext http, TimestampUnit unit)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            await JsonReply.WriteErrorAsync(http, CscErrors.NotPost);
            return;
        }

        if (!IsQuery(http.Request.ContentType))
        {
            await JsonReply.WriteErrorAsync(http, s_notQuery);
            return;
        }

        try
        {
            await ServeAsync(http, unit);
        }
        catch (Exception error)
        {
            await TellAsync(http, error);
        }
    }

    private async ValueTask ServeAsync(HttpContext http, TimestampUnit unit)
    {
        // Before anything is read: who expects 100 (Continue) is not told to go on.
        if (http.Request.ContentLength > TimestampRequest.MaxLength)
        {
            await JsonReply.WriteErrorAsync(http, CscErrors.TooLarge);
            return;
        }

        var reader = http.Request.BodyReader;
        var (error, body) = await ReadAsync(http, reader);
        try
        {
            var isToBeKnown = http.Request.Headers.Authorization.Count > 0;
            if ((error ?? admission.TryEnter(isToBeKnown)) is { } refusal)
            {
                await JsonReply.WriteErrorAsync(http, refusal);
                return;
            }

            try
            {
                await StampAsync(http, unit, body.IsSingleSegment ? body.First : body.ToArray());
            }
            finally
            {
                admission.Leave();
            }
        }
        finally
        {
            reader.AdvanceTo(body.End);
        }
    }

    /// <summary>The whole body where the connection has it: a usual one is copied nowhere.</summary>
    private static async ValueTask<(CscError? Error, ReadOnlySequence<byte> Body)> ReadAsync(
        HttpContext http, PipeReader reader)
    {
        while (true)
        {
            var result = await reader.ReadAsync(http.RequestAborted);
            var isTooLarge = result.Buffer.Length > TimestampRequest.MaxLength;
            if (isTooLarge || result.IsCompleted)
            {
                return (isTooLarge ? CscErrors.TooLarge : null, result.Buffer);
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static bool IsQuery(string? contentType)
        => string.Equals(contentType, Query, StringComparison.OrdinalIgnoreCase)
            || (MediaTypeHeaderValue.TryParse(contentType, out var type)
                && type.MediaType.Equals(Query, StringComparison.OrdinalIgnoreCase));

    private async ValueTask StampAsync(HttpContext http, TimestampUnit unit, ReadOnlyMemory<byte> request)
    {
        var who = await access.EnterAsync(http.Request.Headers.Authorization, unit, http);
        if (who.Error is { } unknown)
        {
            await JsonReply.WriteErrorAsync(http, unknown);
            return;
        }

        try
        {
            if (!TryReadCredential(http.Request, out var credential))
            {
                await JsonReply.WriteErrorAsync(http, await access.RefuseAsync(
                    who.Caller, CscMethods.Timestamp, null, s_badCredential, http.RequestAborted));
                return;
            }

            var call = await access.AdmitAsync(
                who.Caller, unit, request, credential, CscMethods.Timestamp, http.RequestAborted);
            if (call.Error is { } error)
            {
                await JsonReply.WriteErrorAsync(http, error);
                return;
            }

            var result = await access.StampAsync(who.Caller, call.Value, Timeout.InfiniteTimeSpan);
            await (result.Error is { } busy ? JsonReply.WriteErrorAsync(http, busy) : ReplyAsync(http, result.Value));
        }
        finally
        {
            who.Leave();
        }
    }

    private async ValueTask ReplyAsync(HttpContext http, StampResult result)
    {
        if (access.ErrorOf(result) is { } error)
        {
            await JsonReply.WriteErrorAsync(http, error);
            return;
        }

        var response = http.Response;
        response.ContentType = Reply;
        response.ContentLength = result.Response.Length;
        response.Headers.CacheControl = "no-store";
        response.BodyWriter.Write(result.Response.Span);
        await response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    /// <summary>For whose transaction: once, or not at all.</summary>
    private static bool TryReadCredential(HttpRequest request, out Guid? credential)
    {
        credential = null;
        if (!request.QueryString.HasValue || request.Query[Credential] is not { Count: > 0 } values)
        {
            return true;
        }

        var isOne = Guid.TryParseExact(values[0], "D", out var id) && values.Count == 1;
        credential = isOne ? id : null;
        return isOne;
    }

    /// <summary>What was thrown, as the rest of REST tells it.</summary>
    private async ValueTask TellAsync(HttpContext http, Exception error)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (error is not (StoreException { IsTemporary: true } or IOException))
        {
            Log.Failed(logger, http.Request.Path.Value ?? "", error);
        }

        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        await JsonReply.WriteErrorAsync(
            http,
            error switch
            {
                BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => CscErrors.TooLarge,
                // Of the connection, such as a chunk whose length no number holds: files are read by nobody here.
                IOException => CscErrors.Malformed,
                _ => CscErrors.For(error),
            });
    }

    private static partial class Log
    {
        [LoggerMessage(8119, LogLevel.Error, "{Path} failed.")]
        public static partial void Failed(ILogger logger, string path, Exception error);
    }
}
