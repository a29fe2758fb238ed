using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Appliance.Server.Csc.Answers;
using Microsoft.Net.Http.Headers;

namespace Appliance.Server.Csc.Rest;

/// <summary>
/// Writes answers as JSON with a Content-Length, through a writer and a buffer that each thread keeps: a reply costs
/// no allocation of its own.
/// </summary>
internal sealed class JsonReply
{
    private const string ContentType = "application/json";

    /// <summary>A buffer grown by an answer with thousands of signatures is not kept.</summary>
    private const int KeptBytes = 256 * 1024;

    /// <summary>
    /// Base64 stays legible: a plus sign is written as such. Answers are never embedded in HTML, and say so.
    /// </summary>
    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static JsonReply? t_kept;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _writer;

    private JsonReply() => _writer = new Utf8JsonWriter(_buffer, s_options);

    /// <summary>200 with the value.</summary>
    public static ValueTask WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type)
        => WriteAsync(http, StatusCodes.Status200OK, value, type);

    /// <summary>The error with its status and headers.</summary>
    public static ValueTask WriteErrorAsync(HttpContext http, CscError error)
    {
        var headers = http.Response.Headers;
        if (error.Challenge is not null)
        {
            headers.WWWAuthenticate = error.Challenge;
        }

        if (error.RetryAfterSeconds > 0)
        {
            headers.RetryAfter = HeaderUtilities.FormatNonNegativeInt64(error.RetryAfterSeconds);
        }

        return WriteAsync(
            http, (int)error.HttpStatus, new ErrorAnswer(error.Error, error.Description), AnswerJson.Default.ErrorAnswer);
    }

    /// <summary>The value's JSON, for answers that never change.</summary>
    public static byte[] Encode<T>(T value, JsonTypeInfo<T> type)
    {
        var reply = new JsonReply();
        reply.Fill(value, type);
        return reply._buffer.WrittenSpan.ToArray();
    }

    /// <summary>200 with JSON made before.</summary>
    public static ValueTask WriteEncodedAsync(HttpContext http, ReadOnlySpan<byte> json)
    {
        Begin(http.Response, StatusCodes.Status200OK, json.Length);
        http.Response.BodyWriter.Write(json);
        return FlushAsync(http);
    }

    private static ValueTask WriteAsync<T>(HttpContext http, int status, T value, JsonTypeInfo<T> type)
    {
        var reply = t_kept ?? new JsonReply();
        t_kept = null;
        reply.Fill(value, type);
        Begin(http.Response, status, reply._buffer.WrittenCount);
        http.Response.BodyWriter.Write(reply._buffer.WrittenSpan);
        if (reply._buffer.Capacity <= KeptBytes)
        {
            reply._buffer.ResetWrittenCount();
            t_kept = reply;
        }

        return FlushAsync(http);
    }

    private static void Begin(HttpResponse response, int status, int length)
    {
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = length;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
    }

    private static async ValueTask FlushAsync(HttpContext http)
        => await http.Response.BodyWriter.FlushAsync(http.RequestAborted);

    private void Fill<T>(T value, JsonTypeInfo<T> type)
    {
        _writer.Reset(_buffer);
        JsonSerializer.Serialize(_writer, value, type);
        _writer.Flush();
    }
}
