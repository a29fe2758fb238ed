using Appliance.Grpc.Client.Calls;
using Appliance.Grpc.Client.Tests.Protos;
using Appliance.Grpc.Client.Tests.Support;

namespace Appliance.Grpc.Client.Tests.Calls;

public sealed class MessageStreamContentTests : IDisposable
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());
    private readonly Call _call;
    private readonly MessageStreamContent _content;

    public MessageStreamContentTests()
    {
        var transport = new Transport(
            _http, new Uri("http://127.0.0.1"), 1, new GrpcRetryPolicy(), TimeProvider.System, CancellationToken.None);
        _call = new Call(transport, RawGrpc.Chat, options: null, CancellationToken.None);
        _content = new MessageStreamContent(_call);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _content.Dispose();
        _call.Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task A_body_that_the_transport_cancels_while_it_waits_fails_with_the_reason()
    {
        // Whether the transport looks at the body or at the response first is chance; both must tell the same.
        using var transport = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var stream = new CancelledStream();
        var sending = _content.CopyToAsync(stream, context: null, transport.Token);
        await transport.CancelAsync();
        Assert.Equal(CancelledStream.Reason, (await FailAsync(sending)).Message);
    }

    [Fact]
    public async Task A_body_begins_again_only_before_its_first_message()
    {
        using var transport = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var refused = new CancelledStream();
        var first = _content.CopyToAsync(refused, context: null, transport.Token);
        await transport.CancelAsync();
        await FailAsync(first);

        await using var stream = new MemoryStream();
        Assert.True(await _content.WriteAsync(new Note { Number = 1 }, Token));
        var second = _content.CopyToAsync(stream, context: null, Token);
        await _content.CompleteAsync(Token);
        await second;
        Assert.Equal(RawGrpc.Frame(new Note { Number = 1 }), stream.ToArray());

        await FailAsync(_content.CopyToAsync(stream, context: null, Token));
    }

    [Fact]
    public async Task The_end_of_the_call_is_not_the_end_of_the_request()
    {
        await using var stream = new MemoryStream();
        var sending = _content.CopyToAsync(stream, context: null, Token);
        _call.End();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.False(await _content.WriteAsync(new Note(), Token));
    }

    /// <summary>CopyToAsync packs what the transport sees as it is.</summary>
    private static async Task<IOException> FailAsync(Task sending)
        => Assert.IsType<IOException>((await Assert.ThrowsAsync<HttpRequestException>(() => sending)).InnerException);
}
