using System.Globalization;
using Appliance.Grpc.Tests.Support;

namespace Appliance.Grpc.Tests.Calls;

public sealed class DeadlineTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("1H", 3_600_000)]
    [InlineData("1M", 60_000)]
    [InlineData("30S", 30_000)]
    [InlineData("30000m", 30_000)]
    [InlineData("30000000u", 30_000)]
    [InlineData("99999999H", 359_999_996_400_000)]
    public async Task The_handler_sees_what_is_left(string timeout, double milliseconds)
    {
        var answer = await WithTimeout(timeout, "remaining").SendAsync(_server, Token);
        var remaining = double.Parse(answer.Response.Text, CultureInfo.InvariantCulture);
        Assert.InRange(remaining, milliseconds - 10_000, milliseconds);
    }

    [Theory]
    [InlineData("1s")]
    [InlineData("")]
    [InlineData("123456789S")]
    public async Task A_malformed_timeout_is_INTERNAL(string timeout)
        => Assert.Equal(
            GrpcStatusCode.Internal, (await WithTimeout(timeout, "echo").SendAsync(_server, Token)).Status);

    [Fact]
    public async Task A_timeout_of_zero_expires_at_once()
        => Assert.Equal(
            GrpcStatusCode.DeadlineExceeded, (await WithTimeout("0m", "echo").SendAsync(_server, Token)).Status);

    [Fact]
    public async Task The_handlers_token_is_cancelled_at_the_deadline()
    {
        var answer = await WithTimeout("50m", "wait").SendAsync(_server, Token);
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, answer.Status);
        Assert.True(await _server.Handlers.Cancelled.Task.WaitAsync(Token) < TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task A_handler_that_ignores_its_token_does_not_hold_up_the_answer()
    {
        var answer = await WithTimeout("50m", "deaf").SendAsync(_server, Token);
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, answer.Status);
        Assert.False(_server.Handlers.Release.Task.IsCompleted);

        // What comes too late disturbs nobody.
        _server.Handlers.Release.SetResult();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(GrpcStatusCode.Ok, (await RawCall.Of("echo").SendAsync(_server, Token)).Status);
        }
    }

    [Fact]
    public async Task A_request_that_does_not_arrive_in_time_is_DEADLINE_EXCEEDED()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Http2, TestHandlers.Path))
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StalledContent(Token),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        request.Headers.TryAddWithoutValidation("grpc-timeout", "50m");
        using var response = await _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal("4", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task A_client_that_goes_away_cancels_the_handler()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var call = RawCall.Of("wait").SendAsync(_server, cancellation.Token);
        await _server.Handlers.Started.Task.WaitAsync(Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(Timeout.InfiniteTimeSpan, await _server.Handlers.Cancelled.Task.WaitAsync(Token));
    }

    [Fact]
    public async Task A_client_that_goes_away_before_the_deadline_cancels_the_handler_too()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var call = WithTimeout("1H", "wait").SendAsync(_server, cancellation.Token);
        await _server.Handlers.Started.Task.WaitAsync(Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(await _server.Handlers.Cancelled.Task.WaitAsync(Token) > TimeSpan.FromMinutes(30));
    }

    private static RawCall WithTimeout(string timeout, string behaviour) => new()
    {
        Headers = new(StringComparer.Ordinal) { ["grpc-timeout"] = timeout },
        Parts = RawCall.Of(behaviour).Parts,
    };
}
