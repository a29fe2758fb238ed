using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc.Streaming;

/// <summary>
/// One call of SignHashStream on a connection of its own, byte by byte: it can send what no client would, leave unread
/// what it is sent, and break off.
/// </summary>
internal sealed class BulkCall : IDisposable
{
    private const int HeaderLength = 5;

    private readonly HttpClient _http;
    private readonly HttpRequestMessage _request;
    private readonly HeldStream _body = new();
    private readonly HttpResponseMessage _response;
    private readonly Stream _results;
    private Task _sending = Task.CompletedTask;

    private BulkCall(HttpClient http, HttpRequestMessage request, HeldStream body, HttpResponseMessage response)
    {
        _http = http;
        _request = request;
        _body = body;
        _response = response;
        _results = response.Content.ReadAsStream(TestContext.Current.CancellationToken);
    }

    /// <summary>grpc-status; -1 while the call goes on.</summary>
    public int Code => int.Parse(Header("grpc-status") ?? "-1", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>grpc-message, decoded.</summary>
    public string Text => Uri.UnescapeDataString(Header("grpc-message") ?? "");

    /// <summary>google.rpc.Status of the call's end.</summary>
    public Google.Rpc.Status Details
    {
        get
        {
            var text = Header("grpc-status-details-bin") ?? "";
            return Google.Rpc.Status.Parser.ParseFrom(
                Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
        }
    }

    /// <summary>Calls, and waits for the response's headers.</summary>
    public static async Task<BulkCall> StartAsync(Uri address, string? token, string? requestId = null)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var body = new HeldStream();
        var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(address, "/csc.v2.Signatures/SignHashStream"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (requestId is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation("idempotency-key", requestId));
        }

        var response = await http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new BulkCall(http, request, body, response);
    }

    /// <summary>Sends messages together; waits as long as flow control says so.</summary>
    public async Task SendAsync(params IEnumerable<Proto.SignHashStreamRequest> messages)
    {
        await using var frames = new MemoryStream();
        var header = new byte[HeaderLength];
        foreach (var message in messages)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(1), message.CalculateSize());
            frames.Write(header);
            message.WriteTo(frames);
        }

        await SendAsync(frames.ToArray());
    }

    /// <summary>Sends bytes as they are.</summary>
    public Task SendAsync(byte[] bytes) => _sending = SendBytesAsync(bytes);

    private async Task SendBytesAsync(byte[] bytes)
    {
        var body = await _body.Open;
        await body.WriteAsync(bytes, TestContext.Current.CancellationToken);
        await body.FlushAsync(TestContext.Current.CancellationToken);
    }

    public void HalfClose() => _body.End();

    /// <summary>The next message; null at the end of the call, when its status stands.</summary>
    public async Task<Proto.SignHashStreamResponse?> ReadAsync()
    {
        var header = new byte[HeaderLength];
        var read = await _results.ReadAtLeastAsync(
            header, HeaderLength, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
        if (read == 0)
        {
            return null;
        }

        Assert.Equal(HeaderLength, read);
        Assert.Equal(0, header[0]);
        var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))];
        await _results.ReadExactlyAsync(payload, TestContext.Current.CancellationToken);
        return Proto.SignHashStreamResponse.Parser.ParseFrom(payload);
    }

    /// <summary>The next message, which is a result.</summary>
    public async Task<Proto.SignHashResult> ResultAsync()
    {
        var message = await ReadAsync();
        Assert.True(message?.Result is not null, $"{Code} {Text} {message}");
        return message.Result;
    }

    /// <summary>As a client does when it was told the end: it sends no more, and says so.</summary>
    public async Task HalfCloseAfterEndAsync()
    {
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        HalfClose();
    }

    /// <summary>All that comes until the call ends, by id; and the server's end, if it sent one.</summary>
    public async Task<(Dictionary<string, Proto.SignHashResult> Results, Proto.SignHashStreamEnd? End)> ReadAllAsync()
    {
        var results = new Dictionary<string, Proto.SignHashResult>(StringComparer.Ordinal);
        Proto.SignHashStreamEnd? end = null;
        while (await ReadAsync() is { } message)
        {
            Assert.Null(end);
            end = message.End;
            if (message.Result is { } result)
            {
                results.Add(result.Id, result);
            }
            else
            {
                await HalfCloseAfterEndAsync();
            }
        }

        return (results, end);
    }

    /// <summary>Breaks the connection.</summary>
    public void Dispose()
    {
        _response.Dispose();
        _body.End();
        _request.Dispose();
        _http.Dispose();
    }

    private string? Header(string name)
        => _response.TrailingHeaders.TryGetValues(name, out var values)
            || _response.Headers.TryGetValues(name, out values)
            ? values.Single()
            : null;
}
