using Appliance.Grpc.Client.Tests.Protos;
using Appliance.Grpc.Client.Tests.Support;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Appliance.Grpc.Client.Tests;

public sealed class ClientStreamingTests
{
    private const int MessageSize = 16 * 1024;
    private const int MessagesPerWindow = RawServer.Window / MessageSize;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_messages_arrive_and_one_answer_comes_back(bool compress)
    {
        var encoding = "";
        await using var server = await RawServer.StartAsync(async http =>
        {
            encoding = http.Request.Headers.GrpcEncoding.ToString();
            await CountAsync(http);
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Upload(channel, new GrpcCallOptions { Compress = compress });
        for (var i = 0; i < 1000; i++)
        {
            var note = new Note { Number = i, Payload = ByteString.CopyFrom(new byte[i]) };
            Assert.True(await call.WriteAsync(note, Token));
        }

        var answer = await call.CompleteAsync(Token);
        Assert.Equal(999 * 1000 / 2, answer.Message.Number);
        Assert.Equal("1", answer.Headers.Find("x-first"));
        Assert.Equal("2", answer.Trailers.Find("x-last"));
        Assert.Equal(compress ? "gzip" : "", encoding);
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.WriteAsync(new Note(), Token).AsTask());
    }

    [Fact]
    public async Task A_unary_request_is_packed_when_asked_and_an_empty_one_stays_as_it_is()
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            var note = await RawGrpc.ReadAsync(http);
            note.Number = (int)http.Request.ContentLength!;
            await RawGrpc.WriteAsync(http, note);
            RawGrpc.End(http);
        });
        using var channel = new GrpcChannel(server.Address);
        var packed = new GrpcCallOptions { Compress = true };
        var note = new Note { Payload = ByteString.CopyFrom(new byte[10_000]) };
        var answer = await channel.UnaryAsync<Note, Note>(RawGrpc.Ask, note, packed, Token);
        Assert.Equal(note.Payload, answer.Message.Payload);
        Assert.InRange(answer.Message.Number, 5, 1000);
        Assert.Equal(5, (await channel.UnaryAsync<Note, Note>(RawGrpc.Ask, new Note(), packed, Token)).Message.Number);
    }

    [Fact]
    public async Task A_server_that_does_not_read_stalls_the_writer_and_nothing_else()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RawServer.StartAsync(async http =>
        {
            if (!http.Request.Path.Value!.EndsWith("/Ask", StringComparison.Ordinal))
            {
                await go.Task.WaitAsync(http.RequestAborted);
            }

            await CountAsync(http);
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Upload(channel);
        var accepted = 0;
        var filled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writing = WriteAllAsync();
        await filled.Task.WaitAsync(Token);

        // Time enough for a writer that nothing holds back; and proof that other calls go on.
        for (var i = 0; i < 50; i++)
        {
            await channel.UnaryAsync<Note, Note>(RawGrpc.Ask, new Note(), cancellationToken: Token);
        }

        Assert.InRange(Volatile.Read(ref accepted), MessagesPerWindow, MessagesPerWindow + 2);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var second = call.WriteAsync(new Note { Number = 1000 }, giveUp.Token).AsTask();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        go.SetResult();
        Assert.True(await writing);
        Assert.Equal(100, (await call.CompleteAsync(Token)).Message.Number);

        async Task<bool> WriteAllAsync()
        {
            for (var i = 0; i < 100; i++)
            {
                if (!await call.WriteAsync(Block(), Token))
                {
                    return false;
                }

                if (Interlocked.Increment(ref accepted) == MessagesPerWindow)
                {
                    filled.SetResult();
                }
            }

            return true;
        }
    }

    [Theory]
    [InlineData(GrpcStatusCode.ResourceExhausted, false)]
    [InlineData(GrpcStatusCode.ResourceExhausted, true)]
    [InlineData(GrpcStatusCode.Ok, true)]
    public async Task An_early_end_stops_the_writer_and_is_what_the_caller_sees(GrpcStatusCode code, bool message)
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.ReadAsync(http);
            if (message)
            {
                await RawGrpc.WriteAsync(http, new Note { Number = 7 });
            }

            RawGrpc.End(http, code, "enough");
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Upload(channel);
        while (await call.WriteAsync(Block(), Token))
        {
        }

        if (code == GrpcStatusCode.Ok)
        {
            Assert.Equal(7, (await call.CompleteAsync(Token)).Message.Number);
        }
        else
        {
            Assert.Equal((code, "enough"), await FailAsync(call));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_early_end_that_no_reset_follows_is_seen_too(bool trailersOnly)
    {
        await using var server = new RawHttp2(async (connection, stream) =>
        {
            if (trailersOnly)
            {
                await RawHttp2.SendHeadersAsync(
                    connection,
                    stream,
                    RawHttp2.EndStream,
                    (":status", "200"),
                    ("content-type", "application/grpc"),
                    ("grpc-status", "9"));
                return;
            }

            await RawHttp2.SendHeadersAsync(
                connection, stream, 0, (":status", "200"), ("content-type", "application/grpc"));
            await RawHttp2.SendHeadersAsync(connection, stream, RawHttp2.EndStream, ("grpc-status", "9"));
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Upload(channel);
        while (await call.WriteAsync(Block(), Token))
        {
        }

        Assert.Equal(GrpcStatusCode.FailedPrecondition, (await FailAsync(call)).Code);
    }

    [Theory]
    [InlineData(0x0, GrpcStatusCode.Internal)]
    [InlineData(0x2, GrpcStatusCode.Internal)]
    [InlineData(0x7, GrpcStatusCode.Unavailable)]
    [InlineData(0x8, GrpcStatusCode.Cancelled)]
    [InlineData(0xB, GrpcStatusCode.ResourceExhausted)]
    public async Task A_reset_stops_the_writer_and_becomes_a_status(int code, GrpcStatusCode expected)
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.ReadAsync(http);
            RawGrpc.Reset(http, code);
        });
        using var channel = new GrpcChannel(server.Address);
        await using (var busy = Upload(channel))
        {
            while (await busy.WriteAsync(Block(), Token))
            {
            }

            Assert.Equal(expected, (await FailAsync(busy)).Code);
        }

        await using var idle = Upload(channel);
        Assert.True(await idle.WriteAsync(new Note(), Token));
        Assert.Equal(expected, (await FailAsync(idle)).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_writer_that_waits_is_told_of_cancellation_and_deadline(bool cancels)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.AbortedAsync(http);
            aborted.TrySetResult();
        });
        var time = new ManualTime();
        using var channel = new GrpcChannel(server.Address, new GrpcChannelOptions { Time = time });
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var call = channel.ClientStreaming<Note, Note>(
            RawGrpc.Upload, new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(5) }, cancellation.Token);
        for (var i = 0; i < MessagesPerWindow; i++)
        {
            Assert.True(await call.WriteAsync(Block(), Token));
        }

        var writing = WriteOnAsync();
        if (cancels)
        {
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.CompleteAsync(Token));
        }
        else
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await writing;
            Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await FailAsync(call)).Code);
        }

        await aborted.Task.WaitAsync(Token);

        async Task WriteOnAsync()
        {
            while (await call.WriteAsync(Block(), Token))
            {
            }
        }
    }

    [Fact]
    public async Task Disposing_before_the_answer_cancels_the_call()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.ReadAsync(http);
            begun.TrySetResult();
            await RawGrpc.AbortedAsync(http);
            aborted.TrySetResult();
        });
        using var channel = new GrpcChannel(server.Address);
        var call = Upload(channel);
        Assert.True(await call.WriteAsync(new Note(), Token));
        await begun.Task.WaitAsync(Token);
        var answer = call.CompleteAsync(Token);
        await call.DisposeAsync();
        await call.DisposeAsync();
        await aborted.Task.WaitAsync(Token);
        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => answer);
        Assert.Equal(GrpcStatusCode.Cancelled, failure.Code);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_UNAVAILABLE_and_no_write_hangs()
    {
        var server = await RawServer.StartAsync(_ => Task.CompletedTask);
        await server.DisposeAsync();
        using var channel = new GrpcChannel(server.Address);
        await using var call = Upload(channel);
        while (await call.WriteAsync(Block(), Token))
        {
        }

        Assert.Equal(GrpcStatusCode.Unavailable, (await FailAsync(call)).Code);
    }

    private static Note Block()
        => new() { Number = 1, Payload = ByteString.CopyFrom(new byte[MessageSize - 5 - 2 - 4]) };

    private static GrpcClientStreamingCall<Note, Note> Upload(GrpcChannel channel, GrpcCallOptions? options = null)
        => channel.ClientStreaming<Note, Note>(RawGrpc.Upload, options, Token);

    private static async Task<(GrpcStatusCode Code, string Text)> FailAsync(GrpcClientStreamingCall<Note, Note> call)
    {
        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => call.CompleteAsync(Token));
        return (failure.Code, failure.Text);
    }

    /// <summary>Answers the sum of the numbers.</summary>
    private static async Task CountAsync(HttpContext http)
    {
        var sum = 0;
        while (await RawGrpc.TryReadAsync(http) is { } note)
        {
            sum += note.Number;
        }

        http.Response.Headers.Append("x-first", "1");
        await RawGrpc.WriteAsync(http, new Note { Number = sum });
        RawGrpc.End(http);
        RawGrpc.Trailer(http, "x-last", "2");
    }
}
