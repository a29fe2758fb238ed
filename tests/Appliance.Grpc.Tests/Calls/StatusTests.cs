using Appliance.Grpc.Tests.Support;

namespace Appliance.Grpc.Tests.Calls;

public sealed class StatusTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("fail")]
    [InlineData("fail-later")]
    [InlineData("throw-status")]
    public async Task A_refusal_carries_code_text_details_and_pushback_in_trailers_only(string behaviour)
    {
        var answer = await RawCall.Of(behaviour).SendAsync(_server, Token);
        Assert.True(answer.TrailersOnly);
        Assert.Equal(GrpcStatusCode.InvalidArgument, answer.Status);
        Assert.Equal("Invalid parameter SAD", answer.Message);
        Assert.Equal("1500", answer.Headers["grpc-retry-pushback-ms"]);
        Assert.Equal(TestHandlers.Refusal.EncodedDetails, answer.Headers["grpc-status-details-bin"]);
    }

    [Fact]
    public async Task Text_is_percent_encoded()
    {
        var answer = await RawCall.Of("fail-text", text: "a\nb ☺ 100%").SendAsync(_server, Token);
        Assert.Equal("a%0Ab %E2%98%BA 100%25", answer.Message);
    }

    [Fact]
    public async Task An_exception_is_UNKNOWN_logged_and_its_text_stays_here()
    {
        var answer = await RawCall.Of("throw").SendAsync(_server, Token);
        Assert.Equal(GrpcStatusCode.Unknown, answer.Status);
        Assert.DoesNotContain("planted", answer.Message, StringComparison.Ordinal);
        Assert.Contains(_server.Log.Entries, entry => entry.Id == 7001);
    }

    [Fact]
    public async Task Detailed_errors_tell_the_text_when_asked_for()
    {
        await using var server = await TestServer.StartAsync(new GrpcServerOptions { DetailedErrors = true });
        var answer = await RawCall.Of("throw").SendAsync(server, Token);
        Assert.Equal("InvalidOperationException: planted secret", answer.Message);
    }

    [Fact]
    public async Task A_handler_that_gives_nothing_is_INTERNAL()
        => Assert.Equal(GrpcStatusCode.Internal, (await RawCall.Of("nothing").SendAsync(_server, Token)).Status);

    [Fact]
    public async Task A_draining_server_is_UNAVAILABLE()
    {
        _server.Dispatcher.Drain(TimeSpan.Zero);
        Assert.Equal(GrpcStatusCode.Unavailable, (await RawCall.Of("echo").SendAsync(_server, Token)).Status);
    }

    [Fact]
    public async Task Metadata_goes_both_ways()
    {
        var call = new RawCall
        {
            Headers = new(StringComparer.Ordinal)
            {
                ["authorization"] = "Bearer abc",
                ["x-text"] = "some text",
                ["x-bytes-bin"] = "AQID,AQI=",
            },
            Parts = RawCall.Of("metadata").Parts,
        };
        var answer = await call.SendAsync(_server, Token);
        Assert.Equal(GrpcStatusCode.Ok, answer.Status);
        Assert.Equal("127.0.0.1 sent 2", answer.Response.Text);
        Assert.Equal("some text", answer.Headers["x-initial"]);
        Assert.Equal("AQID", answer.Headers["x-initial-bin"]);
        Assert.Equal("Bearer abc", answer.Trailers["x-trailing"]);
        Assert.Equal("AQID, AQI", answer.Trailers["x-trailing-bin"]);
    }

    [Fact]
    public async Task Metadata_that_is_not_base64_is_INVALID_ARGUMENT()
    {
        var call = new RawCall
        {
            Headers = new(StringComparer.Ordinal) { ["x-bytes-bin"] = "*" },
            Parts = RawCall.Of("metadata").Parts,
        };
        Assert.Equal(GrpcStatusCode.InvalidArgument, (await call.SendAsync(_server, Token)).Status);
    }

    [Fact]
    public async Task A_context_comes_clean_from_the_pool()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(GrpcStatusCode.InvalidArgument, (await RawCall.Of("fail").SendAsync(_server, Token)).Status);
            var answer = await RawCall.Of("remaining").SendAsync(_server, Token);
            Assert.Equal(GrpcStatusCode.Ok, answer.Status);
            Assert.Equal("-1", answer.Response.Text);
        }
    }
}
