using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using Appliance.Grpc.Client.Tests.Protos;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Appliance.Grpc.Client.Tests.Support;

/// <summary>The server's side of the wire, by hand; and the methods of the shapes.</summary>
internal static class RawGrpc
{
    private static readonly ServiceDescriptor s_shapes = NotesReflection.Descriptor.Services[0];

    public static MethodDescriptor Ask { get; } = s_shapes.FindMethodByName("Ask");

    public static MethodDescriptor Download { get; } = s_shapes.FindMethodByName("Download");

    public static MethodDescriptor Upload { get; } = s_shapes.FindMethodByName("Upload");

    public static MethodDescriptor Chat { get; } = s_shapes.FindMethodByName("Chat");

    public static byte[] Frame(Note note) => Frame(note.ToByteArray(), flag: 0);

    public static byte[] Frame(ReadOnlySpan<byte> payload, byte flag)
    {
        var frame = new byte[5 + payload.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame.AsSpan(5));
        return frame;
    }

    public static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(plain);
        }

        return packed.ToArray();
    }

    /// <summary>Headers of a response, sent at once.</summary>
    public static async Task BeginAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    public static async Task WriteAsync(HttpContext http, Note note)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = "application/grpc";
        }

        await http.Response.BodyWriter.WriteAsync(Frame(note), http.RequestAborted);
    }

    /// <summary>The status: in the trailers, or in the headers when nothing was sent yet (trailers-only).</summary>
    public static void End(HttpContext http, GrpcStatusCode code = GrpcStatusCode.Ok, string? message = null)
    {
        var number = ((int)code).ToString(CultureInfo.InvariantCulture);
        Trailer(http, "grpc-status", number);
        if (message is not null)
        {
            Trailer(http, "grpc-message", message);
        }
    }

    public static void Trailer(HttpContext http, string name, string value)
    {
        if (http.Response.HasStarted)
        {
            http.Response.AppendTrailer(name, value);
        }
        else
        {
            http.Response.ContentType = "application/grpc";
            http.Response.Headers.Append(name, value);
        }
    }

    public static async Task<Note> ReadAsync(HttpContext http)
        => await TryReadAsync(http) ?? throw new InvalidOperationException("The request ended.");

    /// <summary>The next request message, unpacked; null at half-close.</summary>
    public static async Task<Note?> TryReadAsync(HttpContext http)
    {
        var body = http.Request.BodyReader;
        var header = await body.ReadAtLeastAsync(5, http.RequestAborted);
        if (header.Buffer.IsEmpty)
        {
            return null;
        }

        var flag = header.Buffer.FirstSpan[0];
        var length = BinaryPrimitives.ReadInt32BigEndian(header.Buffer.Slice(1, 4).ToArray());
        body.AdvanceTo(header.Buffer.Start);
        var frame = await body.ReadAtLeastAsync(5 + length, http.RequestAborted);
        var payload = frame.Buffer.Slice(5, length).ToArray();
        body.AdvanceTo(frame.Buffer.GetPosition(5 + length));
        if (flag == 0)
        {
            return Note.Parser.ParseFrom(payload);
        }

        await using var unzip = new GZipStream(new MemoryStream(payload), CompressionMode.Decompress);
        return Note.Parser.ParseFrom(unzip);
    }

    /// <summary>Waits until the client is gone.</summary>
    public static async Task AbortedAsync(HttpContext http)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = http.RequestAborted.Register(() => aborted.TrySetResult());
        await aborted.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    public static void Reset(HttpContext http, int code) => http.Features.Get<IHttpResetFeature>()!.Reset(code);
}
