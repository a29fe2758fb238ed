using Appliance.Grpc.Tests.Protos;
using Appliance.Grpc.Tests.Support;
using Google.Protobuf;

namespace Appliance.Grpc.Tests.Calls;

/// <summary>Streams that end otherwise than by their handler: deadline, client, stop.</summary>
public sealed class StreamEndTests : IAsyncLifetime
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TestServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync()
    {
        _release.TrySetResult();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_ends_at_its_deadline_though_its_handler_does_not_listen()
    {
        _server.Handlers.Exchange = async (_, responses, call) =>
        {
            await responses.WriteAsync(new TestResponse { Text = "before" });
            call.AddTrailer("x-after", "never sent");
            await _release.Task;
            call.AddTrailer("x-late", "dropped");
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                async () => await responses.WriteAsync(new TestResponse { Text = "too late" }));
            _cancelled.SetResult();
        };
        await using var stream = Open(timeout: "100m");
        Assert.Equal("before", (await stream.ReadAsync())!.Text);
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await stream.StatusAsync()).Code);
        Assert.False(_release.Task.IsCompleted);
        _release.SetResult();
        await _cancelled.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task A_write_that_waits_for_a_client_that_does_not_read_ends_at_the_deadline()
    {
        _server.Handlers.Exchange = async (_, responses, call) =>
        {
            try
            {
                while (true)
                {
                    await responses.WriteAsync(new TestResponse { Payload = ByteString.CopyFrom(new byte[100_000]) });
                }
            }
            catch (OperationCanceledException) when (call.CancellationToken.IsCancellationRequested)
            {
                _cancelled.SetResult();
                throw;
            }
        };
        await using var stream = Open(timeout: "100m");
        await stream.ResponseAsync();
        await _cancelled.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task A_wait_for_a_message_ends_at_the_deadline()
    {
        _server.Handlers.Exchange = async (requests, _, call) => await requests.ReadAsync(call.CancellationToken);
        await using var stream = Open(timeout: "50m");
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await stream.StatusAsync()).Code);
    }

    [Theory]
    [InlineData("Exchange")]
    [InlineData("Upload")]
    [InlineData("Download")]
    public async Task A_client_that_goes_away_ends_the_stream(string method)
    {
        SetEndless();
        var stream = RawStream.Open(_server, method, Token);
        await using (stream)
        {
            await stream.SendAsync(RawStream.Frame([]));
            if (method == "Download")
            {
                await stream.CloseAsync();
            }

            await _started.Task.WaitAsync(Token);
            await stream.CancelAsync();
            await _cancelled.Task.WaitAsync(Token);
        }
    }

    /// <summary>
    /// Kestrel breaks body and response before it cancels RequestAborted, on another thread: now one, now the other is
    /// first.
    /// </summary>
    [Theory]
    [InlineData("Upload")]
    [InlineData("Download")]
    public async Task A_client_that_goes_away_is_no_failure_of_the_handler(string method)
    {
        const int Calls = 200;
        _server.Handlers.Upload = async (requests, call) =>
        {
            await CancelledAsync(call, async () =>
            {
                while (await requests.ReadAsync(call.CancellationToken) is not null)
                {
                }
            });
            return new TestResponse();
        };
        _server.Handlers.Download = (_, responses, call) => CancelledAsync(call, async () =>
        {
            while (true)
            {
                await responses.WriteAsync(new TestResponse { Payload = ByteString.CopyFrom(new byte[10_000]) });
            }
        });
        await Parallel.ForAsync(0, Calls, Token, async (_, _) =>
        {
            await using var stream = RawStream.Open(_server, method, Token);
            await stream.SendAsync(RawStream.Frame([1]));
            if (method == "Download")
            {
                await stream.CloseAsync();
                await stream.ReadAsync();
            }

            await stream.CancelAsync();
        });
        await _server.StopAsync(s_never, Token);
        Assert.DoesNotContain(_server.Log.Entries, entry => entry.Id == 7001);
        Assert.Contains(_server.Log.Entries, entry => entry.Id == 7000);
    }

    [Fact]
    public async Task A_handler_that_throws_is_UNKNOWN_and_tells_nothing()
    {
        _server.Handlers.Exchange = (_, _, _) => throw new InvalidOperationException("planted secret");
        await using var stream = Open();
        var (code, text) = await stream.StatusAsync();
        Assert.Equal(GrpcStatusCode.Unknown, code);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_handler_throws_after_its_deadline_is_still_logged()
    {
        _server.Handlers.Exchange = async (_, _, _) =>
        {
            await _release.Task;
            throw new InvalidOperationException("too late");
        };
        await using (var stream = Open(timeout: "50m"))
        {
            Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await stream.StatusAsync()).Code);
        }

        _release.SetResult();
        await _server.StopAsync(s_never, Token);
        Assert.Contains(_server.Log.Entries, entry => entry.Id == 7001);
    }

    [Fact]
    public async Task A_stop_lets_running_streams_finish_and_takes_no_new_call()
    {
        _server.Handlers.Exchange = async (requests, responses, call) =>
        {
            await responses.WriteAsync(new TestResponse { Text = "running" });
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                async () => await requests.ReadAsync(call.Draining));
            await responses.WriteAsync(new TestResponse { Text = "draining" });
            while (await requests.ReadAsync(call.CancellationToken) is { } request)
            {
                await responses.WriteAsync(new TestResponse { Text = request.Text });
            }
        };
        await using var stream = Open();
        Assert.Equal("running", (await stream.ReadAsync())!.Text);

        var stop = _server.StopAsync(s_never, Token);

        Assert.Equal("draining", (await stream.ReadAsync())!.Text);
        Assert.False(stop.IsCompleted);
        await stream.SendAsync(RawStream.Frame([], "the last"));
        Assert.Equal("the last", (await stream.ReadAsync())!.Text);
        await stream.CloseAsync();
        Assert.Equal(GrpcStatusCode.Ok, (await stream.StatusAsync()).Code);
        await stop;
    }

    [Fact]
    public async Task New_calls_on_an_open_connection_are_UNAVAILABLE_while_the_server_drains()
    {
        SetEndless();
        await using var running = Open();
        await _started.Task.WaitAsync(Token);
        _server.Dispatcher.Drain(s_never);
        await using var late = Open();
        Assert.Equal(GrpcStatusCode.Unavailable, (await late.StatusAsync()).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_the_grace_period_a_stream_is_UNAVAILABLE_though_its_handler_does_not_listen(bool writes)
    {
        _server.Handlers.Download = async (_, responses, _) =>
        {
            do
            {
                await responses.WriteAsync(new TestResponse { Text = "running" });
            }
            while (writes);

            await _release.Task;
        };

        // HttpClient forgets what it has received when the connection ends before its request does: end it first.
        await using var stream = RawStream.Open(_server, "Download", Token);
        await stream.SendAsync(RawStream.Frame([]));
        await stream.CloseAsync();
        Assert.Equal("running", (await stream.ReadAsync())!.Text);
        var stop = _server.StopAsync(TimeSpan.FromMilliseconds(50), Token);
        Assert.Equal(GrpcStatusCode.Unavailable, (await stream.StatusAsync()).Code);
        _release.SetResult();
        await stop;
    }

    private RawStream Open(string? timeout = null) => RawStream.Open(
        _server,
        "Exchange",
        Token,
        timeout is null ? null : new(StringComparer.Ordinal) { ["grpc-timeout"] = timeout });

    /// <summary>Handlers that wait for the end of their call and note that they saw it.</summary>
    private void SetEndless()
    {
        _server.Handlers.Exchange = (_, _, call) => EndlessAsync(call);
        _server.Handlers.Download = (_, _, call) => EndlessAsync(call);
        _server.Handlers.Upload = async (_, call) =>
        {
            await EndlessAsync(call);
            return null;
        };
    }

    /// <summary>Whoever gets the exception finds the token cancelled.</summary>
    private static async Task CancelledAsync(GrpcCallContext call, Func<Task> stream)
    {
        try
        {
            await stream();
        }
        catch (OperationCanceledException exception) when (!call.CancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException("The token is not cancelled.", exception);
        }
    }

    private async Task EndlessAsync(GrpcCallContext call)
    {
        _started.TrySetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken);
        }
        finally
        {
            _cancelled.TrySetResult();
        }
    }
}
