using Appliance.Grpc.Tests.Protos;
using Appliance.Grpc.Tests.Support;

namespace Appliance.Grpc.Tests.Calls;

/// <summary>Whatever goes wrong inside a call stays inside it: one status, one end, nothing left behind.</summary>
public sealed class EnvelopeTests
{
    /// <summary>Event ids of the observer.</summary>
    private const int CallEnded = 7000;
    private const int HandlerThrew = 7001;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Exchange")]
    [InlineData("Upload")]
    public async Task Clients_that_reset_their_streams_are_no_failures_of_the_handler(string method)
    {
        const int Clients = 300;
        await using var server = await StartAsync(new GrpcMethodOptions());
        using var started = new SemaphoreSlim(0);
        server.Handlers.Exchange = async (requests, responses, call) =>
        {
            started.Release();
            while (await requests.ReadAsync(call.CancellationToken) is not null)
            {
                await responses.WriteAsync(new TestResponse());
            }
        };
        server.Handlers.Upload = async (requests, call) =>
        {
            started.Release();
            while (await requests.ReadAsync(call.CancellationToken) is not null)
            {
            }

            return new TestResponse();
        };
        for (var i = 0; i < Clients; i++)
        {
            await using var stream = RawStream.Open(server, method, Token);
            await stream.SendAsync(RawStream.Frame([]));
            await started.WaitAsync(Token);
            await stream.CancelAsync();
        }

        await EndedAsync(server, Clients);
        Assert.DoesNotContain(server.Log.Entries, entry => entry.Id == HandlerThrew);
    }

    [Fact]
    public async Task Two_reads_at_once_are_the_handlers_failure_and_not_the_clients()
    {
        await using var server = await StartAsync(new GrpcMethodOptions());
        server.Handlers.Exchange = async (requests, _, call) =>
        {
            var first = requests.ReadAsync(call.CancellationToken);
            await requests.ReadAsync(call.CancellationToken);
            await first;
        };
        await using var stream = RawStream.Open(server, "Exchange", Token);
        Assert.Equal(GrpcStatusCode.Unknown, (await stream.StatusAsync()).Code);
        Assert.Contains(server.Log.Entries, entry => entry.Id == HandlerThrew);
    }

    [Theory]
    [InlineData("Unary")]
    [InlineData("Upload")]
    public async Task An_Admit_that_throws_is_UNKNOWN_and_gives_its_place_back(string method)
    {
        await using var server = await StartAsync(new GrpcMethodOptions
        {
            MaxConcurrentCalls = 1,
            Admit = _ => throw new InvalidOperationException("planted secret"),
        });
        for (var i = 0; i < 3; i++)
        {
            await using var stream = RawStream.Open(server, method, Token);
            var (code, text) = await stream.StatusAsync();
            Assert.Equal(GrpcStatusCode.Unknown, code);
            Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_response_that_cannot_be_written_ends_the_call_and_gives_its_place_back()
    {
        await using var server = await StartAsync(new GrpcMethodOptions { MaxConcurrentCalls = 1 });
        server.Handlers.Upload = async (_, call) =>
        {
            await call.Http.Response.CompleteAsync();
            return new TestResponse { Text = "to nobody" };
        };
        for (var i = 1; i <= 3; i++)
        {
            await using var stream = RawStream.Open(server, "Upload", Token);
            await stream.ResponseAsync();
            await EndedAsync(server, i);
        }

        Assert.Equal(3, server.Log.Entries.Count(entry => entry.Id == HandlerThrew));
    }

    [Fact]
    public async Task A_handler_that_blocks_when_it_is_cancelled_holds_up_no_other_streams_end()
    {
        await using var server = await StartAsync(new GrpcMethodOptions());
        var unblock = new TaskCompletionSource();
        server.Handlers.Upload = async (_, call) =>
        {
            await call.SendHeadersAsync();
            await server.Handlers.Release.Task;
            return null;
        };
        server.Handlers.Exchange = async (_, _, call) =>
        {
            await using var registration = call.CancellationToken.Register(() => unblock.Task.Wait(Token));
            await call.SendHeadersAsync();
            await server.Handlers.Release.Task;
        };
        await using var first = RawStream.Open(server, "Upload", Token);
        await first.ResponseAsync();
        await using var blocking = RawStream.Open(server, "Exchange", Token);
        await blocking.ResponseAsync();
        try
        {
            server.Dispatcher.Drain(TimeSpan.Zero);
            var (code, _) = await first.StatusAsync().WaitAsync(TimeSpan.FromSeconds(20), Token);
            Assert.Equal(GrpcStatusCode.Unavailable, code);
        }
        finally
        {
            unblock.SetResult();
        }
    }

    [Fact]
    public async Task Empty_messages_too_are_sent_when_16_KiB_wait()
    {
        await using var server = await StartAsync(new GrpcMethodOptions());
        server.Handlers.Exchange = async (_, responses, _) =>
        {
            for (var i = 0; i < 4_000; i++)
            {
                await responses.WriteAsync(new TestResponse(), flush: false);
            }

            await server.Handlers.Release.Task;
        };
        await using var stream = RawStream.Open(server, "Exchange", Token);
        await stream.ResponseAsync().WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    [Fact]
    public async Task An_empty_message_is_not_compressed()
    {
        await using var server = await StartAsync(new GrpcMethodOptions { CompressResponses = true });
        var answer = await new RawCall
        {
            Headers = new(StringComparer.Ordinal) { ["grpc-accept-encoding"] = "gzip" },
            Parts = RawCall.Of("size", responseSize: 0).Parts,
        }.SendAsync(server, Token);
        Assert.Equal("gzip", answer.Headers["grpc-encoding"]);
        Assert.Equal(RawCall.Frame([]), answer.Body);
    }

    /// <summary>Waits until so many calls have ended.</summary>
    private static async Task EndedAsync(TestServer server, int calls)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        using var other = new HttpClient();
        while (server.Log.Entries.Count(entry => entry.Id == CallEnded) < calls)
        {
            using var answer = await other.GetAsync(server.Http1, patience.Token);
        }
    }

    private static Task<TestServer> StartAsync(GrpcMethodOptions options)
        => TestServer.StartAsync(new GrpcServerOptions(), ofMethod: options);
}
