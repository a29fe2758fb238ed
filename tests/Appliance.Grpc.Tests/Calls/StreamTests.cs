using Appliance.Grpc.Tests.Protos;
using Appliance.Grpc.Tests.Support;
using Google.Protobuf;

namespace Appliance.Grpc.Tests.Calls;

/// <summary>What the three streaming shapes do while nothing goes wrong, and when messages do.</summary>
public sealed class StreamTests : IAsyncLifetime
{
    private const int MaxMessage = 100_000;

    private TestServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(
        new GrpcServerOptions { MaxReceiveMessageSize = MaxMessage, MaxSendMessageSize = MaxMessage });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_download_gives_its_messages_in_order_and_then_the_status(bool flush)
    {
        _server.Handlers.Download = async (request, responses, call) =>
        {
            for (var i = 0; i < request.ResponseSize; i++)
            {
                await responses.WriteAsync(new TestResponse { Payload = ByteString.CopyFrom((byte)i) }, flush);
            }

            call.AddTrailer("x-count", "done");
        };
        await using var stream = RawStream.Open(_server, "Download", Token);
        await stream.SendAsync(RawCall.Frame(new TestRequest { ResponseSize = 200 }.ToByteArray()));
        await stream.CloseAsync();
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal([(byte)i], (await stream.ReadAsync())!.Payload.ToByteArray());
        }

        Assert.Equal(GrpcStatusCode.Ok, (await stream.StatusAsync()).Code);
        Assert.Equal("done", (await stream.ResponseAsync()).TrailingHeaders.GetValues("x-count").Single());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(10_000)]
    public async Task An_upload_is_read_however_it_is_cut(int part)
    {
        _server.Handlers.Upload = async (requests, call) =>
        {
            var texts = new List<string>();
            while (await requests.ReadAsync(call.CancellationToken) is { } request)
            {
                texts.Add(request.Text);
            }

            return new TestResponse { Text = string.Join(',', texts) };
        };
        var all = Enumerable.Range(0, 10).SelectMany(i => RawStream.Frame([], "m" + (char)('0' + i))).ToArray();
        await using var stream = RawStream.Open(_server, "Upload", Token);
        foreach (var chunk in all.Chunk(part))
        {
            await stream.SendAsync(chunk);
        }

        await stream.CloseAsync();
        Assert.Equal("m0,m1,m2,m3,m4,m5,m6,m7,m8,m9", (await stream.ReadAsync())!.Text);
        Assert.Equal(GrpcStatusCode.Ok, (await stream.StatusAsync()).Code);
    }

    [Fact]
    public async Task An_upload_may_be_answered_before_its_end()
    {
        _server.Handlers.Upload = async (requests, call) =>
            new TestResponse { Text = (await requests.ReadAsync(call.CancellationToken))!.Text };
        await using var stream = RawStream.Open(_server, "Upload", Token);
        await stream.SendAsync(RawStream.Frame([], "first"));
        Assert.Equal("first", (await stream.ReadAsync())!.Text);
        Assert.Equal(GrpcStatusCode.Ok, (await stream.StatusAsync()).Code);
    }

    [Fact]
    public async Task An_exchange_goes_to_and_fro()
    {
        _server.Handlers.Exchange = EchoAll;
        await using var stream = RawStream.Open(_server, "Exchange", Token);
        for (var i = 0; i < 50; i++)
        {
            await stream.SendAsync(RawStream.Frame(new byte[i * 100]));
            Assert.Equal(i * 100, (await stream.ReadAsync())!.Payload.Length);
        }

        await stream.CloseAsync();
        Assert.Equal(GrpcStatusCode.Ok, (await stream.StatusAsync()).Code);
    }

    [Fact]
    public async Task An_exchange_of_nothing_is_OK()
    {
        _server.Handlers.Exchange = EchoAll;
        await using var stream = RawStream.Open(_server, "Exchange", Token);
        await stream.CloseAsync();
        Assert.Equal(GrpcStatusCode.Ok, (await stream.StatusAsync()).Code);
    }

    [Fact]
    public async Task Headers_can_go_before_the_first_message()
    {
        _server.Handlers.Exchange = async (requests, _, call) =>
        {
            call.AddHeader("x-early", "yes");
            await call.SendHeadersAsync();
            await requests.ReadAsync(call.CancellationToken);
        };
        await using var stream = RawStream.Open(_server, "Exchange", Token);
        Assert.Equal("yes", (await stream.ResponseAsync()).Headers.GetValues("x-early").Single());
        await stream.CloseAsync();
        Assert.Equal(GrpcStatusCode.Ok, (await stream.StatusAsync()).Code);
    }

    [Theory]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 0xFF }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 0 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0x7F, 0, 0, 0 }, GrpcStatusCode.ResourceExhausted)]
    public async Task A_damaged_message_ends_the_stream_after_what_was_answered(byte[] damaged, GrpcStatusCode expected)
    {
        _server.Handlers.Exchange = EchoAll;
        await using var stream = RawStream.Open(_server, "Exchange", Token);
        await stream.SendAsync([.. RawStream.Frame([7]), .. damaged]);
        Assert.Equal([7], (await stream.ReadAsync())!.Payload.ToByteArray());
        Assert.Equal(expected, (await stream.StatusAsync()).Code);
    }

    [Fact]
    public async Task A_stream_that_ends_inside_a_message_is_INTERNAL()
    {
        _server.Handlers.Exchange = EchoAll;
        await using var stream = RawStream.Open(_server, "Exchange", Token);
        await stream.SendAsync(RawStream.Frame([1, 2, 3])[..^1]);
        await stream.CloseAsync();
        Assert.Equal(GrpcStatusCode.Internal, (await stream.StatusAsync()).Code);
    }

    [Fact]
    public async Task A_response_that_is_too_large_is_RESOURCE_EXHAUSTED()
    {
        _server.Handlers.Exchange = async (_, responses, _) =>
        {
            await responses.WriteAsync(new TestResponse { Text = "small" });
            await responses.WriteAsync(new TestResponse { Payload = ByteString.CopyFrom(new byte[MaxMessage]) });
        };
        await using var stream = RawStream.Open(_server, "Exchange", Token);
        Assert.Equal("small", (await stream.ReadAsync())!.Text);
        Assert.Equal(GrpcStatusCode.ResourceExhausted, (await stream.StatusAsync()).Code);
    }

    [Fact]
    public async Task A_wait_for_a_message_can_be_given_up_and_begun_again()
    {
        var waiting = new TaskCompletionSource();
        using var patience = new CancellationTokenSource();
        _server.Handlers.Exchange = async (requests, responses, call) =>
        {
            var read = requests.ReadAsync(patience.Token);
            waiting.SetResult();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read);
            await responses.WriteAsync(new TestResponse { Text = "gave up" });
            var request = await requests.ReadAsync(call.CancellationToken);
            await responses.WriteAsync(new TestResponse { Text = request!.Text });
        };
        await using var stream = RawStream.Open(_server, "Exchange", Token);
        await stream.SendAsync(RawStream.Frame([], "late")[..4]);
        await waiting.Task.WaitAsync(Token);
        await patience.CancelAsync();
        Assert.Equal("gave up", (await stream.ReadAsync())!.Text);
        await stream.SendAsync(RawStream.Frame([], "late")[4..]);
        Assert.Equal("late", (await stream.ReadAsync())!.Text);
        Assert.Equal(GrpcStatusCode.Ok, (await stream.StatusAsync()).Code);
    }

    [Fact]
    public async Task Two_writes_at_a_time_are_a_mistake_of_the_handler_and_said_so()
    {
        var mistake = new TaskCompletionSource<Exception?>();
        _server.Handlers.Exchange = async (_, responses, _) =>
        {
            var large = new TestResponse { Payload = ByteString.CopyFrom(new byte[MaxMessage - 100]) };
            ValueTask pending;
            do
            {
                pending = responses.WriteAsync(large);
            }
            while (pending.IsCompletedSuccessfully);

            mistake.SetResult(await Record.ExceptionAsync(async () => await responses.WriteAsync(large)));
            await pending;
        };
        await using var stream = RawStream.Open(_server, "Exchange", Token);
        Assert.IsType<InvalidOperationException>(await mistake.Task.WaitAsync(Token));
        Assert.Equal(GrpcStatusCode.Ok, (await stream.StatusAsync()).Code);
    }

    private static async Task EchoAll(
        GrpcRequestReader<TestRequest> requests, GrpcResponseWriter<TestResponse> responses, GrpcCallContext call)
    {
        while (await requests.ReadAsync(call.CancellationToken) is { } request)
        {
            await responses.WriteAsync(new TestResponse { Payload = request.Payload, Text = request.Text });
        }
    }
}
