using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Security;
using Appliance.Grpc.Client.Tests.Support;
using Appliance.Grpc.Tests.Protos;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Appliance.Grpc.Client.Tests;

public sealed class GrpcChannelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_goes_over_plaintext_and_over_TLS()
    {
        await using var server = await ClientTestServer.StartAsync(Echo);
        var request = new TestRequest { Payload = ByteString.CopyFrom(new byte[100_000]) };
        using var plain = new GrpcChannel(server.Plain);
        Assert.Equal(100_000, (await CallAsync(plain, request)).Message.Payload.Length);

        using var tls = new GrpcChannel(server.Tls, new GrpcChannelOptions
        {
            Handler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, certificate, _, _)
                        => certificate!.GetRawCertData().AsSpan().SequenceEqual(server.Certificate.RawData),
                },
            },
        });
        Assert.Equal(100_000, (await CallAsync(tls, request)).Message.Payload.Length);
    }

    [Fact]
    public async Task A_server_that_is_not_trusted_or_not_there_is_UNAVAILABLE()
    {
        var server = await ClientTestServer.StartAsync(Echo);
        using (var tls = new GrpcChannel(server.Tls))
        {
            Assert.Equal(GrpcStatusCode.Unavailable, (await FailAsync(tls)).Code);
        }

        await server.DisposeAsync();
        using var gone = new GrpcChannel(server.Plain);
        Assert.Equal(GrpcStatusCode.Unavailable, (await FailAsync(gone)).Code);
    }

    [Fact]
    public async Task A_refusal_comes_with_text_and_details()
    {
        var refusal = new Appliance.Grpc.GrpcStatus(
            Appliance.Grpc.GrpcStatusCode.ResourceExhausted,
            "später ☺",
            new Appliance.Grpc.GrpcErrorInfo(
                "temporarily_unavailable",
                "example.org",
                new Dictionary<string, string>(StringComparer.Ordinal) { ["lane"] = "bulk" }),
            TimeSpan.FromMilliseconds(250));
        await using var server = await ClientTestServer.StartAsync((_, call) =>
        {
            call.AddTrailer("x-why", "because");
            call.Fail(refusal);
            return default;
        });
        using var channel = new GrpcChannel(server.Plain);
        var failure = await FailAsync(channel);
        Assert.Equal(GrpcStatusCode.ResourceExhausted, failure.Code);
        Assert.Equal("später ☺", failure.Text);
        Assert.Equal("temporarily_unavailable", failure.Error!.Reason);
        Assert.Equal("example.org", failure.Error.Domain);
        Assert.Equal("bulk", failure.Error.Metadata["lane"]);
        Assert.Equal(TimeSpan.FromMilliseconds(250), failure.RetryAfter);
        Assert.Equal("because", failure.Trailers.Find("x-why"));
    }

    [Fact]
    public async Task Metadata_goes_both_ways()
    {
        await using var server = await ClientTestServer.StartAsync((_, call) =>
        {
            call.AddHeader("x-seen", call.Authorization!);
            call.AddTrailer("x-bytes-bin", call.GetBinaryMetadata("x-bytes-bin")[0]);
            return ValueTask.FromResult<TestResponse?>(new TestResponse());
        });
        using var channel = new GrpcChannel(server.Plain);
        var metadata = new GrpcMetadata { { "authorization", "Bearer abc" }, { "x-bytes-bin", new byte[] { 0, 255 } } };
        var answer = await channel.UnaryAsync<TestRequest, TestResponse>(
            ClientTestServer.Method, new TestRequest(), new GrpcCallOptions { Metadata = metadata }, Token);
        Assert.Equal("Bearer abc", answer.Headers.Find("x-seen"));
        Assert.Equal([0, 255], answer.Trailers.FindBytes("x-bytes-bin"));
    }

    [Fact]
    public async Task The_deadline_is_sent_and_enforced()
    {
        var seen = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ClientTestServer.StartAsync(async (_, call) =>
        {
            seen.TrySetResult(call.TimeRemaining);
            await using var registration = call.CancellationToken.Register(() => ended.TrySetResult());
            await ended.Task;
            return null;
        });
        using var channel = new GrpcChannel(server.Plain);
        var failure = await FailAsync(channel, TimeSpan.FromMilliseconds(100));
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, failure.Code);
        Assert.InRange(await seen.Task.WaitAsync(Token), TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        await ended.Task.WaitAsync(Token);
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await FailAsync(channel, TimeSpan.Zero)).Code);
    }

    [Fact]
    public async Task Cancelling_reaches_the_handler()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ClientTestServer.StartAsync(async (_, call) =>
        {
            await using var registration = call.CancellationToken.Register(() => ended.TrySetResult());
            await cancellation.CancelAsync();
            await ended.Task;
            return null;
        });
        using var channel = new GrpcChannel(server.Plain);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => channel.UnaryAsync<TestRequest, TestResponse>(
                ClientTestServer.Method, new TestRequest(), cancellationToken: cancellation.Token));
        await ended.Task.WaitAsync(Token);
    }

    [Theory]
    [InlineData(400, GrpcStatusCode.Internal)]
    [InlineData(401, GrpcStatusCode.Unauthenticated)]
    [InlineData(403, GrpcStatusCode.PermissionDenied)]
    [InlineData(404, GrpcStatusCode.Unimplemented)]
    [InlineData(429, GrpcStatusCode.Unavailable)]
    [InlineData(500, GrpcStatusCode.Unknown)]
    [InlineData(503, GrpcStatusCode.Unavailable)]
    public async Task An_HTTP_error_becomes_a_status(int status, GrpcStatusCode expected)
    {
        await using var server = await ClientTestServer.StartAsync(Echo, http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        using var channel = new GrpcChannel(server.Plain);
        Assert.Equal(expected, (await FailAsync(channel)).Code);
    }

    [Fact]
    public async Task Answers_that_break_the_protocol_become_a_status()
    {
        var frame = Frame(new TestResponse { Text = "hello" }.ToByteArray(), flag: 0);
        Assert.Equal(GrpcStatusCode.Unknown, await AnswerAsync("text/html", frame, "0"));
        Assert.Equal(GrpcStatusCode.Unknown, await AnswerAsync("application/grpc", frame, null));
        Assert.Equal(GrpcStatusCode.Unknown, await AnswerAsync("application/grpc", frame, "x"));
        Assert.Equal(GrpcStatusCode.Unknown, await AnswerAsync("application/grpc", frame, "99"));
        Assert.Equal(GrpcStatusCode.Internal, await AnswerAsync("application/grpc", frame[..4], "0"));
        Assert.Equal(GrpcStatusCode.Internal, await AnswerAsync("application/grpc", frame[..^1], "0"));
        Assert.Equal(GrpcStatusCode.Internal, await AnswerAsync("application/grpc", [.. frame, 1], "0"));
        Assert.Equal(GrpcStatusCode.Internal, await AnswerAsync("application/grpc", [1, .. frame[1..]], "0"));
        Assert.Equal(GrpcStatusCode.Internal, await AnswerAsync("application/grpc", Frame([255], 0), "0"));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, await AnswerAsync("application/grpc", [0, 255, 0, 0, 0], "0"));
        Assert.Equal(GrpcStatusCode.Aborted, await AnswerAsync("application/grpc", frame[..4], "10"));
        Assert.Equal(GrpcStatusCode.Ok, await AnswerAsync("application/grpc", frame, "0"));
    }

    [Fact]
    public async Task A_compressed_answer_is_unpacked()
    {
        var zipped = new MemoryStream();
        await using (var zip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            await zip.WriteAsync(new TestResponse { Text = "hello" }.ToByteArray(), Token);
        }

        var code = await AnswerAsync("application/grpc", Frame(zipped.ToArray(), flag: 1), "0", "gzip");
        Assert.Equal(GrpcStatusCode.Ok, code);
    }

    private static async Task<GrpcStatusCode> AnswerAsync(
        string contentType, byte[] body, string? status, string? encoding = null)
    {
        await using var server = await ClientTestServer.StartAsync(Echo, async http =>
        {
            http.Response.ContentType = contentType;
            http.Response.Headers.GrpcEncoding = encoding;
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
            if (status is not null)
            {
                http.Response.AppendTrailer("grpc-status", status);
            }
        });
        using var channel = new GrpcChannel(server.Plain);
        try
        {
            Assert.Equal("hello", (await CallAsync(channel, new TestRequest())).Message.Text);
            return GrpcStatusCode.Ok;
        }
        catch (GrpcStatusException failure)
        {
            return failure.Code;
        }
    }

    private static byte[] Frame(byte[] payload, byte flag)
    {
        var frame = new byte[5 + payload.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame, 5);
        return frame;
    }

    private static ValueTask<TestResponse?> Echo(TestRequest request, GrpcCallContext call)
        => ValueTask.FromResult<TestResponse?>(new TestResponse { Payload = request.Payload, Text = request.Text });

    private static Task<GrpcResponse<TestResponse>> CallAsync(GrpcChannel channel, TestRequest request)
        => channel.UnaryAsync<TestRequest, TestResponse>(ClientTestServer.Method, request, cancellationToken: Token);

    private static Task<GrpcStatusException> FailAsync(GrpcChannel channel, TimeSpan? timeout = null)
        => Assert.ThrowsAsync<GrpcStatusException>(
            () => channel.UnaryAsync<TestRequest, TestResponse>(
                ClientTestServer.Method, new TestRequest(), new GrpcCallOptions { Timeout = timeout }, Token));
}
