using System.Globalization;
using System.Net;
using Appliance.Grpc;
using Appliance.Load.Echo;
using Appliance.Load.Http2;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Appliance.Load.Tests.Http2;

public sealed class LeanConnectionTests : IAsyncLifetime
{
    private WebApplication _app = null!;
    private GrpcDispatcher _dispatcher = null!;
    private IPEndPoint _endpoint = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureForGrpc().Listen(
            IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        _app = builder.Build();
        var method = EchoReflection.Descriptor.Services[0].FindMethodByName("Unary");
        _dispatcher = new GrpcDispatcher(
            new GrpcMethods().Unary<EchoMessage, EchoMessage>(method, Echo),
            new GrpcServerOptions(),
            TimeProvider.System,
            _app.Services.GetRequiredService<ILoggerFactory>());
        _app.UseGrpc(_dispatcher);
        await _app.StartAsync(TestContext.Current.CancellationToken);
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        _endpoint = new IPEndPoint(IPAddress.Loopback, new Uri(addresses.First()).Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _dispatcher.Dispose();
    }

    [Fact]
    public async Task Every_call_gets_its_own_answer_with_many_in_flight()
    {
        using var connection = Connect();
        var messages = Enumerable.Range(0, 5_000).Select(i => Message("call", i % 300)).ToList();
        var workload = new CollectingWorkload(messages);
        await connection.RunAsync(64, workload);
        Assert.Equal(5_000, workload.Ends.Count);
        Assert.All(workload.Ends.Values, end => Assert.Equal((0, null), end));
        Assert.All(workload.Messages, pair => Assert.Equal(messages[(int)pair.Key], pair.Value));
        Assert.Equal(5_000, workload.Messages.Count);
    }

    [Fact]
    public async Task Messages_of_many_frames_pass_both_ways_within_the_windows()
    {
        using var connection = Connect();
        var messages = Enumerable.Range(0, 60).Select(i => Message("big", 1_000 + (i * 4_000))).ToList();
        var workload = new CollectingWorkload(messages);
        await connection.RunAsync(20, workload);
        Assert.All(workload.Ends.Values, end => Assert.Equal((0, null), end));
        Assert.All(workload.Messages, pair => Assert.Equal(messages[(int)pair.Key], pair.Value));
        Assert.Equal(60, workload.Messages.Count);
    }

    [Fact]
    public async Task A_refusal_is_reported_with_status_and_text_and_the_connection_goes_on()
    {
        using var connection = Connect();
        var workload = new CollectingWorkload([Message("a", 1), Message("fail", 0), Message("b", 1)]);
        await connection.RunAsync(1, workload);
        Assert.Equal((0, null), workload.Ends[0]);
        Assert.Equal((9, "no more"), workload.Ends[1]);
        Assert.Equal((0, null), workload.Ends[2]);
    }

    [Fact]
    public async Task Headers_and_their_variants_arrive()
    {
        KeyValuePair<string, string>[] common = [new("x-common", new string('c', 300))];
        KeyValuePair<string, string>[][] variants =
            [[new("authorization", "Bearer one")], [new("authorization", "Bearer two"), new("x-more", "m")]];
        using var connection = LeanConnection.Connect(_endpoint, EchoServer.GrpcPath, common, variants);
        var workload = new CollectingWorkload([.. Enumerable.Repeat(Message("headers", 0), 10)], variants.Length);
        await connection.RunAsync(3, workload);
        for (var i = 0; i < 10; i++)
        {
            var answer = EchoMessage.Parser.ParseFrom(workload.Messages[i]).Payload.ToStringUtf8();
            var expected = i % 2 == 0 ? "Bearer one 300 -" : "Bearer two 300 m";
            Assert.Equal(expected, answer);
        }
    }

    [Fact]
    public async Task A_closed_connection_is_an_IOException()
    {
        using var connection = Connect();
        await connection.RunAsync(1, new CollectingWorkload([Message("a", 1)]));
        await _app.StopAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<IOException>(() => connection.RunAsync(1, new CollectingWorkload([Message("a", 1)])));
    }

    [Fact]
    public async Task A_unary_call_costs_less_than_2_kB_of_allocations_client_and_server_together()
    {
        using var connection = Connect();
        await connection.RunAsync(20, new EchoWorkload(Message("x", 95), TimeSpan.FromMilliseconds(200), bare: false));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var workload = new EchoWorkload(Message("x", 95), TimeSpan.FromMilliseconds(500), bare: false);
        await connection.RunAsync(20, workload);
        var perCall = (GC.GetTotalAllocatedBytes(precise: true) - before) / workload.Calls;
        Assert.Equal(0, workload.Failures);
        Assert.InRange(perCall, 0, 2_000);
    }

    private static byte[] Message(string text, int size)
        => new EchoMessage { Payload = ByteString.CopyFromUtf8(text + new string('.', size)) }.ToByteArray();

    private static ValueTask<EchoMessage?> Echo(EchoMessage request, GrpcCallContext call)
    {
        var text = request.Payload.ToStringUtf8();
        if (string.Equals(text, "fail", StringComparison.Ordinal))
        {
            call.Fail(new GrpcStatus(GrpcStatusCode.FailedPrecondition, "no more"));
            return default;
        }

        if (string.Equals(text, "headers", StringComparison.Ordinal))
        {
            var seen = $"{call.Authorization} {Length(call)} {call.GetMetadata("x-more") ?? "-"}";
            return ValueTask.FromResult<EchoMessage?>(new EchoMessage { Payload = ByteString.CopyFromUtf8(seen) });
        }

        return ValueTask.FromResult<EchoMessage?>(request);
    }

    private static string Length(GrpcCallContext call)
        => call.GetMetadata("x-common")!.Length.ToString(CultureInfo.InvariantCulture);

    private LeanConnection Connect() => LeanConnection.Connect(_endpoint, EchoServer.GrpcPath, []);
}
