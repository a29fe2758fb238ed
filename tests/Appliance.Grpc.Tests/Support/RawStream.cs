using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Appliance.Grpc.Tests.Protos;
using Google.Protobuf;

namespace Appliance.Grpc.Tests.Support;

/// <summary>A streaming call, frame by frame from both ends.</summary>
internal sealed class RawStream : IAsyncDisposable
{
    private const string Service = "/appliance.test.Behaviours/";

    private readonly CancellationTokenSource _end;
    private readonly HttpRequestMessage _request;
    private readonly Task<HttpResponseMessage> _response;
    private readonly PipedContent _content = new();

    private RawStream(TestServer server, string method, Dictionary<string, string>? headers, CancellationToken token)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(token);
        _request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Http2, Service + method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = _content,
        };
        _content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        foreach (var (name, value) in headers ?? [])
        {
            _request.Headers.TryAddWithoutValidation(name, value);
        }

        _response = server.Client.SendAsync(_request, HttpCompletionOption.ResponseHeadersRead, _end.Token);
    }

    public static RawStream Open(
        TestServer server, string method, CancellationToken token, Dictionary<string, string>? headers = null)
        => new(server, method, headers, token);

    public static byte[] Frame(byte[] payload, string text = "")
        => RawCall.Frame(new TestRequest { Payload = ByteString.CopyFrom(payload), Text = text }.ToByteArray());

    public Task<HttpResponseMessage> ResponseAsync() => _response;

    public async Task SendAsync(byte[] bytes) => await _content.Writer.WriteAsync(bytes, _end.Token);

    public Task CloseAsync() => _content.Writer.CompleteAsync().AsTask();

    /// <summary>The next frame's payload and flag; null at the end.</summary>
    public async Task<(byte[] Payload, byte Flag)?> ReadFrameAsync()
    {
        var body = await (await _response).Content.ReadAsStreamAsync(_end.Token);
        var header = new byte[5];
        var read = await body.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, _end.Token);
        if (read == 0)
        {
            return null;
        }

        Assert.Equal(header.Length, read);
        var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))];
        await body.ReadExactlyAsync(payload, _end.Token);
        return (payload, header[0]);
    }

    public async Task<TestResponse?> ReadAsync()
        => await ReadFrameAsync() is { } frame ? TestResponse.Parser.ParseFrom(frame.Payload) : null;

    /// <summary>Reads to the end.</summary>
    public async Task<(GrpcStatusCode Code, string Text)> StatusAsync()
    {
        while (await ReadFrameAsync() is not null)
        {
        }

        var response = await _response;
        HttpHeaders fields = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        var code = int.Parse(fields.GetValues("grpc-status").Single(), CultureInfo.InvariantCulture);
        return ((GrpcStatusCode)code,
            fields.TryGetValues("grpc-message", out var text) ? Uri.UnescapeDataString(text.Single()) : "");
    }

    /// <summary>RST_STREAM with CANCEL.</summary>
    public Task CancelAsync() => _end.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _content.Writer.CompleteAsync();
        if (_response.IsCompletedSuccessfully)
        {
            (await _response).Dispose();
        }

        _request.Dispose();
        _end.Dispose();
    }
}
