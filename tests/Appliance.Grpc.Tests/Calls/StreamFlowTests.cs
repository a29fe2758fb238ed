using Appliance.Grpc.Tests.Protos;
using Appliance.Grpc.Tests.Support;
using Google.Protobuf;

namespace Appliance.Grpc.Tests.Calls;

/// <summary>Who does not read stops who writes, in both directions, and what waits in between is bounded.</summary>
public sealed class StreamFlowTests : IAsyncLifetime
{
    private const int Large = 100_000;
    private const int Small = 10_000;
    private const int Messages = 160;

    /// <summary>More than the windows and buffers between a writer and a reader that does not read.</summary>
    private const int BoundedMessages = 80;

    private TestServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_reader_that_pauses_makes_the_handler_wait()
    {
        var written = 0;
        var message = new TestResponse { Payload = ByteString.CopyFrom(new byte[Small]) };
        _server.Handlers.Download = async (_, responses, _) =>
        {
            for (var i = 0; i < Messages * Large / Small; i++)
            {
                await responses.WriteAsync(message);
                Interlocked.Increment(ref written);
            }
        };
        await using var stream = RawStream.Open(_server, "Download", Token);
        await stream.SendAsync(RawStream.Frame([]));
        await stream.CloseAsync();
        await stream.ResponseAsync();
        await QuietAsync(() => Volatile.Read(ref written));
        Assert.InRange(Volatile.Read(ref written), 1, BoundedMessages * Large / Small);

        var read = 0;
        while (await stream.ReadAsync() is not null)
        {
            read++;
        }

        Assert.Equal(Messages * Large / Small, read);
    }

    [Fact]
    public async Task A_handler_that_pauses_makes_the_client_wait()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Handlers.Upload = async (requests, call) =>
        {
            await release.Task;
            var count = 0;
            while (await requests.ReadAsync(call.CancellationToken) is not null)
            {
                count++;
            }

            return new TestResponse { Count = count };
        };
        await using var stream = RawStream.Open(_server, "Upload", Token);
        var sent = 0;
        var sending = SendAllAsync();
        await QuietAsync(() => Volatile.Read(ref sent));
        Assert.InRange(Volatile.Read(ref sent), 1, BoundedMessages);

        release.SetResult();
        await sending;
        Assert.Equal(Messages, (await stream.ReadAsync())!.Count);

        async Task SendAllAsync()
        {
            var frame = RawStream.Frame(new byte[Large]);
            for (var i = 0; i < Messages; i++)
            {
                await stream.SendAsync(frame);
                Interlocked.Increment(ref sent);
            }

            await stream.CloseAsync();
        }
    }

    [Fact]
    public async Task A_handler_that_pauses_does_not_stop_other_calls_of_its_connection()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Handlers.Upload = async (_, _) =>
        {
            await release.Task;
            return new TestResponse();
        };
        await using var first = RawStream.Open(_server, "Upload", Token);
        await using var second = RawStream.Open(_server, "Upload", Token);
        var sent = 0;
        _ = FillAsync(first);
        _ = FillAsync(second);
        await QuietAsync(() => Volatile.Read(ref sent));

        var answer = await RawCall.Of("echo", new byte[Large]).SendAsync(_server, Token);

        Assert.Equal(GrpcStatusCode.Ok, answer.Status);
        release.SetResult();

        async Task FillAsync(RawStream stream)
        {
            var frame = RawStream.Frame(new byte[Large]);
            while (!release.Task.IsCompleted)
            {
                await stream.SendAsync(frame);
                Interlocked.Increment(ref sent);
            }
        }
    }

    [Fact]
    public async Task A_method_has_a_limit_of_its_own_on_concurrent_calls()
    {
        await using var server = await TestServer.StartAsync(
            new GrpcServerOptions(), ofMethod: new GrpcMethodOptions { MaxConcurrentCalls = 2 });
        server.Handlers.Exchange = async (requests, _, call) =>
        {
            await call.SendHeadersAsync();
            await requests.ReadAsync(call.CancellationToken);
        };
        await using var first = RawStream.Open(server, "Exchange", Token);
        await using var second = RawStream.Open(server, "Exchange", Token);
        await first.ResponseAsync();
        await second.ResponseAsync();
        await using (var third = RawStream.Open(server, "Exchange", Token))
        {
            Assert.Equal(GrpcStatusCode.ResourceExhausted, (await third.StatusAsync()).Code);
        }

        await first.CloseAsync();
        Assert.Equal(GrpcStatusCode.Ok, (await first.StatusAsync()).Code);
        await using var fourth = RawStream.Open(server, "Exchange", Token);
        await fourth.CloseAsync();
        Assert.Equal(GrpcStatusCode.Ok, (await fourth.StatusAsync()).Code);
    }

    /// <summary>
    /// Waits until a count stands still while a hundred calls are answered, on a connection of their own.
    /// </summary>
    private async Task QuietAsync(Func<int> count)
    {
        using var other = new HttpClient();
        int before;
        do
        {
            before = count();
            for (var i = 0; i < 100; i++)
            {
                using var answer = await other.GetAsync(_server.Http1, Token);
            }
        }
        while (count() != before || before == 0);
    }
}
