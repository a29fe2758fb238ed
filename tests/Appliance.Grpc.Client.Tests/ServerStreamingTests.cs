using Appliance.Grpc.Client.Tests.Protos;
using Appliance.Grpc.Client.Tests.Support;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Appliance.Grpc.Client.Tests;

public sealed class ServerStreamingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_come_in_order_between_headers_and_trailers()
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            var asked = await RawGrpc.ReadAsync(http);
            http.Response.Headers.Append("x-first", "1");
            for (var i = 0; i < asked.Number; i++)
            {
                await RawGrpc.WriteAsync(http, new Note { Number = i, Payload = ByteString.CopyFrom(new byte[i]) });
            }

            RawGrpc.End(http);
            RawGrpc.Trailer(http, "x-last", "2");
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Download(channel, new Note { Number = 1000 });
        Assert.Throws<InvalidOperationException>(() => call.Trailers);
        Assert.Equal("1", (await call.HeadersAsync(Token)).Find("x-first"));
        for (var i = 0; i < 1000; i++)
        {
            var note = await call.ReadAsync(Token);
            Assert.Equal(i, note!.Number);
            Assert.Equal(i, note.Payload.Length);
        }

        Assert.Null(await call.ReadAsync(Token));
        Assert.Null(await call.ReadAsync(Token));
        Assert.Equal("2", call.Trailers.Find("x-last"));
    }

    [Fact]
    public async Task A_status_after_messages_is_thrown_by_each_further_read()
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.WriteAsync(http, new Note { Number = 1 });
            RawGrpc.End(http, GrpcStatusCode.DataLoss, "gone");
            RawGrpc.Trailer(http, "x-last", "2");
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Download(channel);
        Assert.Equal(1, (await call.ReadAsync(Token))!.Number);
        var first = await FailAsync(call);
        Assert.Equal((GrpcStatusCode.DataLoss, "gone"), (first.Code, first.Text));
        Assert.Same(first, await FailAsync(call));
        Assert.Equal("2", call.Trailers.Find("x-last"));
    }

    [Fact]
    public async Task An_answer_of_nothing_but_a_status_has_no_headers()
    {
        var code = GrpcStatusCode.Ok;
        await using var server = await RawServer.StartAsync(http =>
        {
            RawGrpc.End(http, code);
            RawGrpc.Trailer(http, "x-last", "2");
            return Task.CompletedTask;
        });
        using var channel = new GrpcChannel(server.Address);
        await using (var call = Download(channel))
        {
            Assert.Empty(await call.HeadersAsync(Token));
            Assert.Null(await call.ReadAsync(Token));
            Assert.Equal("2", call.Trailers.Find("x-last"));
        }

        code = GrpcStatusCode.NotFound;
        await using var refused = Download(channel);
        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => refused.HeadersAsync(Token));
        Assert.Equal(code, failure.Code);
        Assert.Equal(code, (await FailAsync(refused)).Code);
        Assert.Equal("2", refused.Trailers.Find("x-last"));
    }

    [Fact]
    public async Task Bodies_that_break_the_protocol_become_a_status_after_the_whole_messages()
    {
        var good = RawGrpc.Frame(new Note { Number = 1 });
        var note = new Note { Number = 2 }.ToByteArray();
        Assert.Equal(GrpcStatusCode.Internal, await AnswerAsync([.. good, .. good[..4]]));
        Assert.Equal(GrpcStatusCode.Internal, await AnswerAsync([.. good, .. good[..^1]]));
        Assert.Equal(GrpcStatusCode.Internal, await AnswerAsync([.. good, .. RawGrpc.Frame(note, flag: 1)]));
        Assert.Equal(GrpcStatusCode.Internal, await AnswerAsync([.. good, .. RawGrpc.Frame(note, flag: 2)]));
        Assert.Equal(GrpcStatusCode.Internal, await AnswerAsync([.. good, .. RawGrpc.Frame([255], flag: 0)]));
        Assert.Equal(GrpcStatusCode.Internal, await AnswerAsync([.. good, .. RawGrpc.Frame(note, flag: 1)], "gzip"));
        Assert.Equal(
            GrpcStatusCode.Internal,
            await AnswerAsync([.. good, .. RawGrpc.Frame(RawGrpc.Gzip(note).AsSpan()[..^4], flag: 1)], "gzip"));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, await AnswerAsync([.. good, 0, 255, 255, 255, 255]));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, await AnswerAsync([.. good, 0, 0, 0, 4, 1, .. new byte[1025]]));
        Assert.Equal(
            GrpcStatusCode.ResourceExhausted,
            await AnswerAsync([.. good, .. RawGrpc.Frame(RawGrpc.Gzip(new byte[1_000_000]), flag: 1)], "gzip"));
        Assert.Equal(GrpcStatusCode.Aborted, await AnswerAsync([.. good, .. good[..4]], status: "10"));
        Assert.Equal(GrpcStatusCode.Unknown, await AnswerAsync(good, status: null));
        Assert.Equal(GrpcStatusCode.Ok, await AnswerAsync([.. good, .. RawGrpc.Frame(RawGrpc.Gzip(note), 1)], "gzip"));
        Assert.Equal(GrpcStatusCode.Ok, await AnswerAsync([.. good, .. RawGrpc.Frame([], flag: 1)], "gzip"));
    }

    [Theory]
    [InlineData(0x0, GrpcStatusCode.Internal)]
    [InlineData(0x2, GrpcStatusCode.Internal)]
    [InlineData(0x7, GrpcStatusCode.Unavailable)]
    [InlineData(0x8, GrpcStatusCode.Cancelled)]
    [InlineData(0xB, GrpcStatusCode.ResourceExhausted)]
    [InlineData(0xC, GrpcStatusCode.PermissionDenied)]
    public async Task A_reset_becomes_a_status_before_and_after_the_headers(int code, GrpcStatusCode expected)
    {
        var begin = false;
        await using var server = await RawServer.StartAsync(async http =>
        {
            if (begin)
            {
                await RawGrpc.BeginAsync(http);
            }

            RawGrpc.Reset(http, code);
        });
        using var channel = new GrpcChannel(server.Address);
        await using (var early = Download(channel))
        {
            Assert.Equal(expected, (await FailAsync(early)).Code);
        }

        begin = true;
        await using var late = Download(channel);
        Assert.Equal(expected, (await FailAsync(late)).Code);
    }

    [Fact]
    public async Task Disposing_before_the_end_cancels_the_call()
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.WriteAsync(http, new Note { Number = 1 });
            await RawGrpc.AbortedAsync(http);
            aborted.TrySetResult();
        });
        using var channel = new GrpcChannel(server.Address);
        var call = Download(channel);
        Assert.Equal(1, (await call.ReadAsync(Token))!.Number);
        var pending = call.ReadAsync(Token).AsTask();
        await call.DisposeAsync();
        await call.DisposeAsync();
        await aborted.Task.WaitAsync(Token);
        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => pending);
        Assert.Equal(GrpcStatusCode.Cancelled, failure.Code);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => call.ReadAsync(Token).AsTask());
    }

    [Fact]
    public async Task Disposing_before_the_headers_cancels_the_call()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RawServer.StartAsync(async http =>
        {
            begun.TrySetResult();
            await RawGrpc.AbortedAsync(http);
            aborted.TrySetResult();
        });
        using var channel = new GrpcChannel(server.Address);
        await using (Download(channel))
        {
            await begun.Task.WaitAsync(Token);
        }

        await aborted.Task.WaitAsync(Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelling_reaches_the_server_also_while_nobody_reads(bool headersFirst)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RawServer.StartAsync(async http =>
        {
            if (headersFirst)
            {
                await RawGrpc.BeginAsync(http);
            }

            begun.TrySetResult();
            await RawGrpc.AbortedAsync(http);
            aborted.TrySetResult();
        });
        using var channel = new GrpcChannel(server.Address);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var call = channel.ServerStreaming<Note, Note>(
            RawGrpc.Download, new Note(), cancellationToken: cancellation.Token);
        await begun.Task.WaitAsync(Token);
        if (headersFirst)
        {
            await call.HeadersAsync(Token);
        }

        await cancellation.CancelAsync();
        await aborted.Task.WaitAsync(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.ReadAsync(Token).AsTask());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_deadline_ends_the_stream_whether_or_not_anybody_reads(bool reads)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.WriteAsync(http, new Note { Number = 1 });
            await RawGrpc.AbortedAsync(http);
            aborted.TrySetResult();
        });
        var time = new ManualTime();
        using var channel = new GrpcChannel(server.Address, new GrpcChannelOptions { Time = time });
        await using var call = channel.ServerStreaming<Note, Note>(
            RawGrpc.Download, new Note(), new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(5) }, Token);
        Assert.Equal(1, (await call.ReadAsync(Token))!.Number);
        var pending = reads ? call.ReadAsync(Token).AsTask() : null;
        time.Advance(TimeSpan.FromSeconds(5));
        await aborted.Task.WaitAsync(Token);
        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => pending ?? call.ReadAsync(Token).AsTask());
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, failure.Code);
    }

    [Fact]
    public async Task A_read_that_is_given_up_loses_nothing()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RawServer.StartAsync(async http =>
        {
            var frame = RawGrpc.Frame(new Note { Number = 7 });
            await RawGrpc.BeginAsync(http);
            await http.Response.BodyWriter.WriteAsync(frame.AsMemory(0, 6), http.RequestAborted);
            await go.Task.WaitAsync(http.RequestAborted);
            await http.Response.BodyWriter.WriteAsync(frame.AsMemory(6), http.RequestAborted);
            RawGrpc.End(http);
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Download(channel);
        await call.HeadersAsync(Token);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var read = call.ReadAsync(giveUp.Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.ReadAsync(Token).AsTask());
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        go.SetResult();
        Assert.Equal(7, (await call.ReadAsync(Token))!.Number);
        Assert.Null(await call.ReadAsync(Token));
    }

    [Fact]
    public async Task A_connection_that_is_lost_is_UNAVAILABLE()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.WriteAsync(http, new Note { Number = 1 });
            await go.Task.WaitAsync(http.RequestAborted);
            http.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionLifetimeFeature>()!.Abort();
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Download(channel);
        Assert.Equal(1, (await call.ReadAsync(Token))!.Number);
        go.SetResult();
        Assert.Equal(GrpcStatusCode.Unavailable, (await FailAsync(call)).Code);
    }

    private static GrpcServerStreamingCall<Note> Download(GrpcChannel channel, Note? note = null)
        => channel.ServerStreaming<Note, Note>(RawGrpc.Download, note ?? new Note(), cancellationToken: Token);

    private static Task<GrpcStatusException> FailAsync(GrpcServerStreamingCall<Note> call)
        => Assert.ThrowsAsync<GrpcStatusException>(() => call.ReadAsync(Token).AsTask());

    /// <summary>A body that begins with a whole message; how the call ends after it.</summary>
    private static async Task<GrpcStatusCode> AnswerAsync(byte[] body, string? encoding = null, string? status = "0")
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            http.Response.Headers.GrpcEncoding = encoding;
            await RawGrpc.BeginAsync(http);
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
            if (status is not null)
            {
                http.Response.AppendTrailer("grpc-status", status);
            }
        });
        using var channel = new GrpcChannel(server.Address, new GrpcChannelOptions { MaxReceiveMessageSize = 1024 });
        await using var call = Download(channel);
        Assert.Equal(1, (await call.ReadAsync(Token))!.Number);
        try
        {
            while (await call.ReadAsync(Token) is not null)
            {
            }

            return GrpcStatusCode.Ok;
        }
        catch (GrpcStatusException failure)
        {
            return failure.Code;
        }
    }
}
