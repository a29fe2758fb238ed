using Appliance.Grpc.Client.Tests.Protos;
using Appliance.Grpc.Client.Tests.Support;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Appliance.Grpc.Client.Tests;

public sealed class BidirectionalStreamingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_message_is_answered_before_the_next_is_sent()
    {
        await using var server = await EchoAsync();
        using var channel = new GrpcChannel(server.Address);
        await using var call = Chat(channel);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(await call.WriteAsync(new Note { Number = i }, Token));
            Assert.Equal(i, (await call.ReadAsync(Token))!.Number);
        }

        await call.CompleteAsync(Token);
        Assert.Null(await call.ReadAsync(Token));
        Assert.Equal("2", call.Trailers.Find("x-last"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.WriteAsync(new Note(), Token).AsTask());
    }

    [Fact]
    public async Task Several_may_write_while_one_reads()
    {
        await using var server = await EchoAsync();
        using var channel = new GrpcChannel(server.Address);
        await using var call = Chat(channel);
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; i < 250; i++)
            {
                var note = new Note { Number = (writer * 250) + i, Payload = ByteString.CopyFrom(new byte[i * 8]) };
                Assert.True(await call.WriteAsync(note, Token));
            }
        }));
        var seen = new HashSet<int>();
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(seen.Add((await call.ReadAsync(Token))!.Number));
        }

        await writing;
        await call.CompleteAsync(Token);
        Assert.Null(await call.ReadAsync(Token));
    }

    [Fact]
    public async Task The_server_may_speak_first()
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.WriteAsync(http, new Note { Number = 1 });
            var note = await RawGrpc.ReadAsync(http);
            await RawGrpc.WriteAsync(http, note);
            RawGrpc.End(http);
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Chat(channel);
        Assert.Equal(1, (await call.ReadAsync(Token))!.Number);
        Assert.True(await call.WriteAsync(new Note { Number = 2 }, Token));
        Assert.Equal(2, (await call.ReadAsync(Token))!.Number);

        // The end of the answers is the end of the call, with the request still open.
        Assert.Null(await call.ReadAsync(Token));
        Assert.False(await call.WriteAsync(new Note { Number = 3 }, Token));
    }

    [Fact]
    public async Task An_early_end_frees_the_connection_for_other_calls()
    {
        // More than the 100 streams that a connection takes: one that stayed open would count.
        await using var server = await RawServer.StartAsync(http =>
        {
            RawGrpc.End(http);
            return Task.CompletedTask;
        });
        using var channel = new GrpcChannel(
            server.Address, new GrpcChannelOptions { Handler = new SocketsHttpHandler() });
        for (var i = 0; i < 150; i++)
        {
            await using var call = Chat(channel);
            Assert.Null(await call.ReadAsync(Token));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_early_status_stops_the_writer_and_is_what_the_reader_sees(bool begins)
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.ReadAsync(http);
            if (begins)
            {
                await RawGrpc.WriteAsync(http, new Note { Number = 7 });
            }

            RawGrpc.End(http, GrpcStatusCode.FailedPrecondition, "enough");
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Chat(channel);
        while (await call.WriteAsync(new Note { Payload = ByteString.CopyFrom(new byte[10_000]) }, Token))
        {
        }

        if (begins)
        {
            Assert.Equal(7, (await call.ReadAsync(Token))!.Number);
        }

        var failure = await FailAsync(call);
        Assert.Equal((GrpcStatusCode.FailedPrecondition, "enough"), (failure.Code, failure.Text));
        await call.CompleteAsync(Token);
    }

    [Theory]
    [InlineData(0x2, GrpcStatusCode.Internal)]
    [InlineData(0x7, GrpcStatusCode.Unavailable)]
    [InlineData(0x8, GrpcStatusCode.Cancelled)]
    [InlineData(0xB, GrpcStatusCode.ResourceExhausted)]
    public async Task A_reset_stops_the_writer_and_becomes_a_status(int code, GrpcStatusCode expected)
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.BeginAsync(http);
            await RawGrpc.ReadAsync(http);
            RawGrpc.Reset(http, code);
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Chat(channel);
        await call.HeadersAsync(Token);
        while (await call.WriteAsync(new Note { Payload = ByteString.CopyFrom(new byte[10_000]) }, Token))
        {
        }

        Assert.Equal(expected, (await FailAsync(call)).Code);
    }

    [Theory]
    [InlineData(0x2, GrpcStatusCode.Internal)]
    [InlineData(0x8, GrpcStatusCode.Cancelled)]
    [InlineData(0xB, GrpcStatusCode.ResourceExhausted)]
    public async Task A_reset_before_the_headers_becomes_a_status_while_nobody_writes(int code, GrpcStatusCode expected)
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.ReadAsync(http);
            RawGrpc.Reset(http, code);
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Chat(channel);
        Assert.True(await call.WriteAsync(new Note(), Token));
        Assert.Equal(expected, (await FailAsync(call)).Code);
    }

    [Fact]
    public async Task A_reset_before_the_first_write_stops_the_writer()
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.BeginAsync(http);
            RawGrpc.Reset(http, 8);
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Chat(channel);
        while (await call.WriteAsync(new Note(), Token))
        {
        }

        Assert.Equal(GrpcStatusCode.Cancelled, (await FailAsync(call)).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelling_an_idle_call_reaches_the_server(bool halfClosed)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RawServer.StartAsync(async http =>
        {
            await RawGrpc.BeginAsync(http);
            await RawGrpc.AbortedAsync(http);
            aborted.TrySetResult();
        });
        using var channel = new GrpcChannel(server.Address);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var call = channel.BidirectionalStreaming<Note, Note>(
            RawGrpc.Chat, cancellationToken: cancellation.Token);
        await call.HeadersAsync(Token);
        if (halfClosed)
        {
            await call.CompleteAsync(Token);
        }

        await cancellation.CancelAsync();
        await aborted.Task.WaitAsync(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.ReadAsync(Token).AsTask());
        if (!halfClosed)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => call.WriteAsync(new Note(), Token).AsTask());
        }
    }

    [Fact]
    public async Task The_deadline_ends_both_directions()
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RawServer.StartAsync(async http =>
        {
            Assert.Equal("5000000u", http.Request.Headers["grpc-timeout"]);
            await RawGrpc.BeginAsync(http);
            await RawGrpc.AbortedAsync(http);
            aborted.TrySetResult();
        });
        var time = new ManualTime();
        using var channel = new GrpcChannel(server.Address, new GrpcChannelOptions { Time = time });
        await using var call = channel.BidirectionalStreaming<Note, Note>(
            RawGrpc.Chat, new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(5) }, Token);
        await call.HeadersAsync(Token);
        var read = call.ReadAsync(Token).AsTask();
        time.Advance(TimeSpan.FromSeconds(5));
        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => read);
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, failure.Code);
        Assert.False(await call.WriteAsync(new Note(), Token));
        await aborted.Task.WaitAsync(Token);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public async Task A_deadline_that_has_passed_sends_nothing(long ticks)
    {
        var calls = 0;
        await using var server = await RawServer.StartAsync(_ =>
        {
            Interlocked.Increment(ref calls);
            return Task.CompletedTask;
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = channel.BidirectionalStreaming<Note, Note>(
            RawGrpc.Chat, new GrpcCallOptions { Timeout = new TimeSpan(ticks) }, Token);
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await FailAsync(call)).Code);
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task A_deadline_beyond_what_a_timer_measures_is_sent()
    {
        await using var server = await EchoAsync();
        using var channel = new GrpcChannel(server.Address);
        await using var call = channel.BidirectionalStreaming<Note, Note>(
            RawGrpc.Chat, new GrpcCallOptions { Timeout = TimeSpan.MaxValue }, Token);
        await call.CompleteAsync(Token);
        Assert.Null(await call.ReadAsync(Token));
    }

    [Fact]
    public async Task A_connection_that_the_server_closes_without_a_look_at_the_call_is_UNAVAILABLE()
    {
        await using var server = new RawHttp2(async (connection, _) =>
        {
            // GOAWAY: no stream was looked at; NO_ERROR.
            await RawHttp2.SendAsync(connection, RawHttp2.GoAway, 0, 0, new byte[8]);
            connection.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        });
        using var channel = new GrpcChannel(server.Address);
        await using (var call = Chat(channel))
        {
            while (await call.WriteAsync(new Note(), Token))
            {
            }

            Assert.Equal(GrpcStatusCode.Unavailable, (await FailAsync(call)).Code);
        }

        var failure = await Assert.ThrowsAsync<GrpcStatusException>(
            () => channel.UnaryAsync<Note, Note>(RawGrpc.Ask, new Note(), cancellationToken: Token));
        Assert.Equal(GrpcStatusCode.Unavailable, failure.Code);
    }

    [Fact]
    public async Task A_call_that_the_server_refused_to_look_at_begins_again_before_its_first_message()
    {
        var requests = 0;
        await using var server = new RawHttp2(async (connection, stream) =>
        {
            if (Interlocked.Increment(ref requests) == 1)
            {
                // REFUSED_STREAM: whatever the call does, it was not done.
                await RawHttp2.SendAsync(connection, RawHttp2.Reset, 0, stream, [0, 0, 0, 7]);
                return;
            }

            await RawHttp2.SendHeadersAsync(
                connection,
                stream,
                RawHttp2.EndStream,
                (":status", "200"),
                ("content-type", "application/grpc"),
                ("grpc-status", "0"));
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = Chat(channel);
        Assert.Null(await call.ReadAsync(Token));
        Assert.Equal(2, requests);
    }

    [Fact]
    public async Task A_channel_that_is_disposed_ends_its_calls()
    {
        await using var server = await EchoAsync();
        var channel = new GrpcChannel(server.Address);
        await using var call = Chat(channel);
        Assert.True(await call.WriteAsync(new Note(), Token));
        Assert.NotNull(await call.ReadAsync(Token));
        var read = call.ReadAsync(Token).AsTask();
        channel.Dispose();
        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => read);
        Assert.Equal(GrpcStatusCode.Cancelled, failure.Code);
        await using var late = Chat(channel);
        Assert.Equal(GrpcStatusCode.Cancelled, (await FailAsync(late)).Code);
    }

    [Fact]
    public void A_method_of_another_shape_or_with_other_messages_is_refused()
    {
        using var channel = new GrpcChannel(new Uri("http://127.0.0.1:1"));
        Assert.Throws<ArgumentException>(() => channel.BidirectionalStreaming<Note, Note>(RawGrpc.Upload, null, Token));
        Assert.Throws<ArgumentException>(() => channel.ClientStreaming<Note, Note>(RawGrpc.Chat, null, Token));
        Assert.Throws<ArgumentException>(
            () => channel.ServerStreaming<Note, Note>(RawGrpc.Ask, new Note(), null, Token));
        Assert.Throws<ArgumentException>(
            () => channel.BidirectionalStreaming<Any, Note>(RawGrpc.Chat, null, Token));
    }

    private static GrpcBidirectionalStreamingCall<Note, Note> Chat(GrpcChannel channel)
        => channel.BidirectionalStreaming<Note, Note>(RawGrpc.Chat, cancellationToken: Token);

    private static Task<GrpcStatusException> FailAsync(GrpcBidirectionalStreamingCall<Note, Note> call)
        => Assert.ThrowsAsync<GrpcStatusException>(() => call.ReadAsync(Token).AsTask());

    private static Task<RawServer> EchoAsync() => RawServer.StartAsync(async http =>
    {
        await RawGrpc.BeginAsync(http);
        while (await RawGrpc.TryReadAsync(http) is { } note)
        {
            await RawGrpc.WriteAsync(http, note);
        }

        RawGrpc.End(http);
        RawGrpc.Trailer(http, "x-last", "2");
    });
}
