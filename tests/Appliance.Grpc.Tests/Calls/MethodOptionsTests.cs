using Appliance.Grpc.Tests.Support;

namespace Appliance.Grpc.Tests.Calls;

public sealed class MethodOptionsTests
{
    private static readonly GrpcStatus s_stranger = new(GrpcStatusCode.Unauthenticated, "Who are you?");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stranger_is_refused_before_its_body_has_come()
    {
        await using var server = await StartAsync(new GrpcMethodOptions
        {
            Admit = http => http.Request.Headers.Authorization.Count == 0 ? s_stranger : null,
        });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Http2, TestHandlers.Path))
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StalledContent(end.Token),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");

        using var response = await server.Client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token)
            .WaitAsync(TimeSpan.FromSeconds(20), Token);

        Assert.Equal("16", response.Headers.GetValues("grpc-status").Single());
        await end.CancelAsync();
    }

    [Fact]
    public async Task Who_is_admitted_sends_its_body_in_as_many_parts_as_it_likes()
    {
        await using var server = await StartAsync(new GrpcMethodOptions { Admit = _ => null });
        var frame = RawCall.Frame(RawCall.Request("echo", new byte[100]));

        var answer = await new RawCall { Parts = [frame[..3], frame[3..50], frame[50..]] }.SendAsync(server, Token);

        Assert.Equal(GrpcStatusCode.Ok, answer.Status);
    }

    [Fact]
    public async Task A_method_may_have_a_lower_limit_than_its_dispatcher()
    {
        await using var server = await StartAsync(new GrpcMethodOptions { MaxReceiveMessageSize = 100 });

        var small = await RawCall.Of("echo", new byte[50]).SendAsync(server, Token);
        var large = await RawCall.Of("echo", new byte[100]).SendAsync(server, Token);

        Assert.Equal(GrpcStatusCode.Ok, small.Status);
        Assert.Equal(GrpcStatusCode.ResourceExhausted, large.Status);
    }

    private static Task<TestServer> StartAsync(GrpcMethodOptions options)
        => TestServer.StartAsync(new GrpcServerOptions(), ofMethod: options);
}
