using Appliance.Grpc.Services;
using Appliance.Grpc.Tests.Support;
using Google.Protobuf;
using Grpc.Reflection.V1;

namespace Appliance.Grpc.Tests.Services;

/// <summary>Server reflection on the wire, under both names.</summary>
public sealed class ReflectionServiceTests
{
    [Theory]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task Requests_are_answered_in_order(string package)
    {
        await using var server = await ServicesServer.StartAsync();
        using var call = await OpenAsync(
            server,
            package,
            new ServerReflectionRequest { ListServices = "" },
            new ServerReflectionRequest(),
            new ServerReflectionRequest { FileContainingSymbol = "appliance.test.shapes.Shapes.Turn" });

        var list = await call.ReadAsync<ServerReflectionResponse>();
        Assert.Equal(
            [
                "appliance.test.shapes.Shapes", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection",
            ],
            list!.ListServicesResponse.Service.Select(service => service.Name),
            StringComparer.Ordinal);
        var error = await call.ReadAsync<ServerReflectionResponse>();
        Assert.Equal((int)GrpcStatusCode.InvalidArgument, error!.ErrorResponse.ErrorCode);
        var files = await call.ReadAsync<ServerReflectionResponse>();
        Assert.Equal(6, files!.FileDescriptorResponse.FileDescriptorProto.Count);
        Assert.Null(await call.ReadAsync<ServerReflectionResponse>());
        Assert.Equal(GrpcStatusCode.Ok, call.Status());
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task It_is_there_only_where_it_is_wished(string package)
    {
        await using var server = await ServicesServer.StartAsync(reflection: false);
        using var call = await OpenAsync(server, package, new ServerReflectionRequest { ListServices = "" });
        Assert.Equal(GrpcStatusCode.Unimplemented, call.Status());
    }

    [Fact]
    public async Task A_request_that_is_too_large_ends_its_stream()
    {
        await using var server = await ServicesServer.StartAsync();
        using var call = await OpenAsync(
            server, "v1", new ServerReflectionRequest { FileContainingSymbol = new string('a', 4_096) });
        Assert.Null(await call.ReadAsync<ServerReflectionResponse>());
        Assert.Equal(GrpcStatusCode.ResourceExhausted, call.Status());
    }

    /// <summary>A tool may hold its stream while it calls, or while its user thinks.</summary>
    [Fact]
    public async Task A_stop_does_not_wait_for_a_stream_that_asks_nothing()
    {
        using var end = new CancellationTokenSource();
        await using var server = await ServicesServer.StartAsync();
        var first = new ServerReflectionRequest { ListServices = "" };
        using var call = await ServiceCall.OpenAsync(
            server, PathOf("v1"), new StalledContent(end.Token, RawCall.Frame(first.ToByteArray())));
        Assert.NotNull(await call.ReadAsync<ServerReflectionResponse>());

        // First the status, then the end of the connection: HttpClient forgets the one at the other.
        server.Drain();
        Assert.Null(await call.ReadAsync<ServerReflectionResponse>());
        Assert.Equal(GrpcStatusCode.Unavailable, call.Status());
        await server.StopAsync();
        await end.CancelAsync();
    }

    [Fact]
    public async Task A_stream_that_asks_nothing_does_not_keep_its_place_for_ever()
    {
        using var end = new CancellationTokenSource();
        await using var server = await ServicesServer.StartAsync(time: new HastyTime(ReflectionMethods.LongestPause));
        using var call = await ServiceCall.OpenAsync(server, PathOf("v1"), new StalledContent(end.Token, []));
        Assert.Null(await call.ReadAsync<ServerReflectionResponse>());
        Assert.Equal(GrpcStatusCode.Unavailable, call.Status());
        await end.CancelAsync();
    }

    [Fact]
    public void The_methods_of_the_caller_stay_as_they_are()
    {
        var methods = new GrpcHealth().Map(new GrpcMethods());
        using (Dispatcher(methods))
        using (Dispatcher(methods))
        {
            Assert.Equal(["grpc.health.v1.Health"], methods.ServiceNames, StringComparer.Ordinal);
            Assert.Equal(3, methods.Paths.Count);
        }

        static GrpcDispatcher Dispatcher(GrpcMethods methods) => new(
            methods,
            new GrpcServerOptions { Reflection = true },
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
    }

    private static string PathOf(string package)
        => $"/grpc.reflection.{package}.ServerReflection/ServerReflectionInfo";

    private static Task<ServiceCall> OpenAsync(
        ServicesServer server, string package, params ServerReflectionRequest[] requests)
        => ServiceCall.OpenAsync(
            server,
            PathOf(package),
            new PartedContent([.. requests.Select(request => RawCall.Frame(request.ToByteArray()))]));
}
