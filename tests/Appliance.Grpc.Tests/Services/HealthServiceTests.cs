using Appliance.Grpc.Tests.Support;
using Google.Protobuf;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Appliance.Grpc.Tests.Services;

/// <summary>grpc.health.v1 on the wire.</summary>
public sealed class HealthServiceTests
{
    [Fact]
    public async Task Check_answers_or_says_that_there_is_no_such_service()
    {
        await using var server = await ServicesServer.StartAsync();
        var isServing = false;
        server.Health.Set("", true);
        server.Health.Set("a.B", () => isServing);

        Assert.Equal(ServingStatus.Serving, await CheckAsync(server, ""));
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(server, "a.B"));
        isServing = true;
        Assert.Equal(ServingStatus.Serving, await CheckAsync(server, "a.B"));
        Assert.Equal(GrpcStatusCode.NotFound, await RefusalAsync(server, "Check", "a.Unknown"));
        Assert.Equal(GrpcStatusCode.NotFound, await RefusalAsync(server, "Check", new string('a', 1_000)));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, await RefusalAsync(server, "Check", new string('a', 1_024)));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, await RefusalAsync(server, "Watch", new string('a', 1_024)));
    }

    [Fact]
    public async Task List_has_every_service()
    {
        await using var server = await ServicesServer.StartAsync();
        var isServing = true;
        server.Health.Set("", true);
        server.Health.Set("a.B", () => isServing);
        isServing = false;

        using var call = await OpenAsync(server, "List", new HealthListRequest());
        var list = await call.ReadAsync<HealthListResponse>();
        Assert.Equal(2, list!.Statuses.Count);
        Assert.Equal(ServingStatus.Serving, list.Statuses[""].Status);
        Assert.Equal(ServingStatus.NotServing, list.Statuses["a.B"].Status);
    }

    [Fact]
    public async Task Watchers_are_limited_told_and_no_burden_to_a_stop()
    {
        await using var server = await ServicesServer.StartAsync();
        server.Health.Set("", true);
        var watchers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => WatchAsync(server, "")));
        await AllAsync(watchers, ServingStatus.Serving);
        Assert.Equal(GrpcStatusCode.ResourceExhausted, await RefusalAsync(server, "Watch", ""));

        server.Health.Set("", false);
        await AllAsync(watchers, ServingStatus.NotServing);
        server.Health.Set("", true);
        await AllAsync(watchers, ServingStatus.Serving);

        var stopped = server.StopAsync();
        await AllAsync(watchers, ServingStatus.NotServing);
        foreach (var watcher in watchers)
        {
            Assert.Null(await watcher.ReadAsync<HealthCheckResponse>());
            Assert.Equal(GrpcStatusCode.Unavailable, watcher.Status());
            watcher.Dispose();
        }

        await stopped;
    }

    [Fact]
    public async Task A_watcher_that_leaves_makes_room()
    {
        await using var server = await ServicesServer.StartAsync();
        server.Health.Set("", true);
        var watchers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => WatchAsync(server, "a.Unknown")));
        await AllAsync(watchers, ServingStatus.ServiceUnknown);
        foreach (var watcher in watchers)
        {
            watcher.Dispose();
        }

        // The resets are on their way; each attempt is answered, one of them with a status.
        HealthCheckResponse? first;
        do
        {
            using var call = await WatchAsync(server, "");
            first = await call.ReadAsync<HealthCheckResponse>();
        }
        while (first is null);
        Assert.Equal(ServingStatus.Serving, first.Status);
    }

    private static async Task AllAsync(IEnumerable<ServiceCall> watchers, ServingStatus expected)
    {
        foreach (var watcher in watchers)
        {
            Assert.Equal(expected, (await watcher.ReadAsync<HealthCheckResponse>())?.Status);
        }
    }

    private static async Task<ServingStatus?> CheckAsync(ServicesServer server, string service)
    {
        using var call = await OpenAsync(server, "Check", new HealthCheckRequest { Service = service });
        return (await call.ReadAsync<HealthCheckResponse>())?.Status;
    }

    private static async Task<GrpcStatusCode> RefusalAsync(ServicesServer server, string method, string service)
    {
        using var call = await OpenAsync(server, method, new HealthCheckRequest { Service = service });
        Assert.Null(await call.ReadAsync<HealthCheckResponse>());
        return call.Status();
    }

    private static Task<ServiceCall> WatchAsync(ServicesServer server, string service)
        => OpenAsync(server, "Watch", new HealthCheckRequest { Service = service });

    private static Task<ServiceCall> OpenAsync(ServicesServer server, string method, IMessage request)
        => ServiceCall.OpenAsync(
            server, "/grpc.health.v1.Health/" + method, new PartedContent([RawCall.Frame(request.ToByteArray())]));
}
