using System.IO.Pipelines;
using Appliance.Grpc.Wire;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Appliance.Grpc.Calls;

/// <summary>
/// The response half of a call: headers, messages, status, in this order and each once. A handler writes on its thread
/// while a deadline or a stop ends the call on another; the gate keeps the two apart.
/// </summary>
internal sealed class ResponseSender
{
    /// <summary>A message up to this size is written into one span of the pipe.</summary>
    private const int SingleSpan = 4_000;

    private readonly Lock _gate = new();

    private HttpContext? _http;
    private List<KeyValuePair<string, string>>? _trailers;
    private TaskCompletionSource? _idle;
    private bool _writing;
    private bool _closed;
    private bool _headersSent;
    private bool _gzip;

    /// <summary>True once the status is on its way.</summary>
    public bool Answered { get; private set; }

    /// <summary>True: messages are compressed where the client takes it.</summary>
    public bool Compress { get; set; }

    /// <summary>Bytes of the messages sent, without their frames' headers.</summary>
    public long Size { get; private set; }

    /// <summary>Messages sent.</summary>
    public long Messages { get; private set; }

    /// <summary>Bytes of the messages sent with their frames' headers, before compression.</summary>
    public long Framed => Size + (Messages * MessageFrame.HeaderLength);

    private HttpContext Http => _http ?? throw new ObjectDisposedException(nameof(GrpcCallContext));

    public void Begin(HttpContext http, bool compress)
    {
        _http = http;
        Compress = compress;
    }

    /// <summary>Forgets the call. Kept allocations serve the next.</summary>
    public void End()
    {
        _http = null;
        _trailers?.Clear();
        _idle = null;
        _writing = _closed = _headersSent = _gzip = false;
        Answered = false;
        Size = 0;
        Messages = 0;
    }

    /// <summary>A header of the response; dropped when the call was ended meanwhile.</summary>
    public void AddHeader(string name, string value)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                Http.Response.Headers.Append(name, value);
            }
        }
    }

    /// <summary>A field that goes with the status; dropped when the call was ended meanwhile.</summary>
    public void AddTrailer(string name, string value)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                (_trailers ??= []).Add(new(name, value));
            }
        }
    }

    /// <summary>Takes the right to write; false when the call is over. Given back by <see cref="EndWrite"/>.</summary>
    /// <exception cref="InvalidOperationException">Another write has not completed.</exception>
    public bool TryBeginWrite()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            if (_writing)
            {
                throw new InvalidOperationException(
                    "A response is written by one task at a time; await a write before the next.");
            }

            return _writing = true;
        }
    }

    public void EndWrite()
    {
        lock (_gate)
        {
            _writing = false;
            _idle?.TrySetResult();
        }
    }

    /// <summary>From now on nobody writes but who ends the call. Completes when a write under way is done.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (!_writing)
            {
                return Task.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <summary>Sends the headers alone. The right to write is held.</summary>
    public async ValueTask SendHeadersAsync()
    {
        if (!_headersSent)
        {
            PrepareHeaders();
            await FlushAsync();
        }
    }

    /// <summary>
    /// Into the response's pipe, not flushed: a unary response then leaves together with its headers and trailers. The
    /// right to write is held, or there is no other writer.
    /// </summary>
    /// <returns>False, and nothing written, when the message is larger than allowed.</returns>
    public bool TryWrite(IBufferMessage message, int maxSize)
    {
        var size = message.CalculateSize();
        if (size > maxSize)
        {
            return false;
        }

        PrepareHeaders();
        Size += size;
        Messages++;
        var writer = Http.Response.BodyWriter;
        if (_gzip && Compress && size > 0) // GZipStream makes nothing of nothing, which is not gzip to other readers.
        {
            GzipMessage.Compress(message, writer);
            return true;
        }

        if (size <= SingleSpan)
        {
            var span = writer.GetSpan(MessageFrame.HeaderLength + size);
            MessageFrame.WriteHeader(span, size);
            message.WriteTo(span.Slice(MessageFrame.HeaderLength, size));
            writer.Advance(MessageFrame.HeaderLength + size);
            return true;
        }

        MessageFrame.WriteHeader(writer.GetSpan(MessageFrame.HeaderLength), size);
        writer.Advance(MessageFrame.HeaderLength);
        message.WriteTo(writer);
        return true;
    }

    public ValueTask<FlushResult> FlushAsync() => Http.Response.BodyWriter.FlushAsync(CancellationToken.None);

    /// <summary>
    /// Writes the status: into the headers while they are not sent (trailers-only), else into the trailers.
    /// </summary>
    public void WriteStatus(GrpcStatus status)
    {
        Answered = true;
        lock (_gate)
        {
            _closed = true;
        }

        var response = Http.Response;
        if (response.HasStarted && !_headersSent)
        {
            return; // Only after the client went away; there is nobody to tell.
        }

        var fields = _headersSent ? Http.Features.Get<IHttpResponseTrailersFeature>()!.Trailers : response.Headers;
        if (fields.IsReadOnly)
        {
            return; // The handler itself ended the response, by its HttpContext.
        }

        fields.GrpcStatus = status.CodeText;
        if (status.EncodedMessage.Length > 0)
        {
            fields.GrpcMessage = status.EncodedMessage;
        }

        if (status.EncodedDetails is not null)
        {
            fields["grpc-status-details-bin"] = status.EncodedDetails;
        }

        if (status.EncodedPushback is not null)
        {
            fields["grpc-retry-pushback-ms"] = status.EncodedPushback;
        }

        if (_trailers is { Count: > 0 })
        {
            foreach (var (name, value) in _trailers)
            {
                fields.Append(name, value);
            }
        }
    }

    /// <summary>
    /// The last moment for headers. Compression must be announced here for the whole call; each message then says for
    /// itself whether it is.
    /// </summary>
    private void PrepareHeaders()
    {
        if (_headersSent)
        {
            return;
        }

        _headersSent = true;
        if (Compress && GzipMessage.IsAccepted(Http.Request.Headers.GrpcAcceptEncoding))
        {
            _gzip = true;
            Http.Response.Headers.GrpcEncoding = "gzip";
        }
    }
}
