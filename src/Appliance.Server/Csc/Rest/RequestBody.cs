using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;

namespace Appliance.Server.Csc.Rest;

/// <summary>Reads a request's JSON straight from the connection's buffers, bounded.</summary>
internal static class RequestBody
{
    private const int MaxDepth = 16;

    private static readonly byte[] s_byteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>The parameters; none at all when the body is absent, empty or null.</summary>
    public static ValueTask<Answer<T>> ReadAsync<T>(
        HttpRequest request, JsonTypeInfo<T> type, int limit, CancellationToken cancellationToken)
        where T : class, new()
        => ReadAsync(
            request,
            limit,
            type,
            static (body, contentType, type) => Parse(body, contentType, type),
            cancellationToken);

    /// <summary>What a parser makes of a whole body and its Content-Type.</summary>
    public static ValueTask<Answer<T>> ReadAsync<T>(
        HttpRequest request,
        int limit,
        Func<ReadOnlySequence<byte>, string?, Answer<T>> parse,
        CancellationToken cancellationToken)
        => ReadAsync(
            request, limit, parse, static (body, contentType, parse) => parse(body, contentType), cancellationToken);

    private static async ValueTask<Answer<T>> ReadAsync<T, TState>(
        HttpRequest request,
        int limit,
        TState state,
        Func<ReadOnlySequence<byte>, string?, TState, Answer<T>> parse,
        CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            return CscErrors.TooLarge;
        }

        var reader = request.BodyReader;
        while (true)
        {
            ReadResult result;
            try
            {
                result = await reader.ReadAsync(cancellationToken);
            }
            catch (IOException error) when (error is not BadHttpRequestException
                && !request.HttpContext.RequestAborted.IsCancellationRequested)
            {
                // Kestrel's for a chunk whose length no number holds.
                return CscErrors.Malformed;
            }

            var buffer = result.Buffer;
            if (buffer.Length > limit)
            {
                reader.AdvanceTo(buffer.End);
                return CscErrors.TooLarge;
            }

            if (!result.IsCompleted)
            {
                reader.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            var answer = parse(buffer, request.ContentType, state);
            reader.AdvanceTo(buffer.End);
            return answer;
        }
    }

    /// <summary>The parameters in a whole body.</summary>
    internal static Answer<T> Parse<T>(ReadOnlySequence<byte> body, string? contentType, JsonTypeInfo<T> type)
        where T : class, new()
    {
        body = SkipByteOrderMark(body);
        if (IsBlank(body))
        {
            return new T();
        }

        if (!IsJson(contentType))
        {
            return CscErrors.NotJson;
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            var value = JsonSerializer.Deserialize(ref reader, type);
            return reader.Read() ? CscErrors.Malformed : value ?? new T();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return CscErrors.Malformed;
        }
    }

    /// <summary>
    /// JSON under any of its names, in UTF-8, or no type at all; curl's form type is told, not guessed at.
    /// </summary>
    private static bool IsJson(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
        {
            return true;
        }

        return MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.MediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (!type.Charset.HasValue
                || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf8", StringComparison.OrdinalIgnoreCase));
    }

    private static ReadOnlySequence<byte> SkipByteOrderMark(ReadOnlySequence<byte> body)
    {
        var reader = new SequenceReader<byte>(body);
        return reader.IsNext(s_byteOrderMark, advancePast: true) ? reader.UnreadSequence : body;
    }

    private static bool IsBlank(ReadOnlySequence<byte> body)
    {
        var reader = new SequenceReader<byte>(body);
        reader.AdvancePastAny(" \t\r\n"u8);
        return reader.End;
    }
}
