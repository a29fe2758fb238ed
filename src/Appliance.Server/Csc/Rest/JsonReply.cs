using System.Buffers;
using System.Net;
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
internal static class JsonReply
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

#pragma warning disable IDE1006 // The rule for statics cannot tell those of a thread, which start with t_.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;
#pragma warning restore IDE1006

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

        // What of the body was not read would be taken for the next request.
        if (error.HttpStatus == HttpStatusCode.RequestEntityTooLarge && HttpProtocol.IsHttp11(http.Request.Protocol))
        {
            headers.Connection = "close";
        }

        return WriteAsync(
            http,
            (int)error.HttpStatus,
            new ErrorAnswer(error.Error, error.Description),
            AnswerJson.Default.ErrorAnswer);
    }

    /// <summary>The value's JSON, for answers that never change.</summary>
    public static byte[] Encode<T>(T value, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, s_options);
        Fill(writer, value, type);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>200 with JSON made before.</summary>
    public static ValueTask WriteEncodedAsync(HttpContext http, ReadOnlySpan<byte> json)
    {
        Begin(http.Response, StatusCodes.Status200OK, json.Length);
        http.Response.BodyWriter.Write(json);
        return FlushAsync(http);
    }

    /// <summary>The value with another status.</summary>
    public static ValueTask WriteAsync<T>(HttpContext http, int status, T value, JsonTypeInfo<T> type)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(1024);
        var writer = t_writer ??= new Utf8JsonWriter(buffer, s_options);
        try
        {
            writer.Reset(buffer);
            Fill(writer, value, type);
            Begin(http.Response, status, buffer.WrittenCount);
            http.Response.BodyWriter.Write(buffer.WrittenSpan);
        }
        finally
        {
            // Zeroes: a token or a SAD may have been in it, which the next answer of this thread would begin with.
            buffer.Clear();
            if (buffer.Capacity > KeptBytes)
            {
                (t_buffer, t_writer) = (null, null);
            }
        }

        return FlushAsync(http);
    }

    private static void Fill<T>(Utf8JsonWriter writer, T value, JsonTypeInfo<T> type)
    {
        JsonSerializer.Serialize(writer, value, type);
        writer.Flush();
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
}
