using System.Net;
using Appliance.Grpc.Tests.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Appliance.Grpc.Tests.Support;

/// <summary>The test service on a real Kestrel, one port for HTTP/2 and one for HTTP/1.1.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app, GrpcDispatcher dispatcher, TestLog log)
    {
        _app = app;
        Dispatcher = dispatcher;
        Log = log;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Http2 = new Uri(addresses.First());
        Http1 = new Uri(addresses.Last());
        Client = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true });
    }

    public GrpcDispatcher Dispatcher { get; }

    public TestLog Log { get; }

    public TestHandlers Handlers { get; private init; } = new();

    public Uri Http2 { get; }

    public Uri Http1 { get; }

    public HttpClient Client { get; }

    public static Task<TestServer> StartAsync() => StartAsync(new GrpcServerOptions());

    public static async Task<TestServer> StartAsync(
        GrpcServerOptions options, TimeProvider? time = null, GrpcMethodOptions? ofMethod = null)
    {
        var log = new TestLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        builder.Logging.AddProvider(log);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureForGrpc();
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        var handlers = new TestHandlers();
        var service = TestReflection.Descriptor.Services[0];
        var dispatcher = new GrpcDispatcher(
            new GrpcMethods()
                .Unary<TestRequest, TestResponse>(service.FindMethodByName("Unary"), handlers.Unary, ofMethod)
                .ClientStreaming<TestRequest, TestResponse>(
                    service.FindMethodByName("Upload"), (requests, call) => handlers.Upload(requests, call), ofMethod)
                .ServerStreaming<TestRequest, TestResponse>(
                    service.FindMethodByName("Download"),
                    (request, responses, call) => handlers.Download(request, responses, call),
                    ofMethod)
                .BidirectionalStreaming<TestRequest, TestResponse>(
                    service.FindMethodByName("Exchange"),
                    (requests, responses, call) => handlers.Exchange(requests, responses, call),
                    ofMethod),
            options,
            time ?? TimeProvider.System,
            app.Services.GetRequiredService<ILoggerFactory>());
        app.UseGrpc(dispatcher);
        app.Run(http => http.Response.WriteAsync("next", http.RequestAborted));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestServer(app, dispatcher, log) { Handlers = handlers };
    }

    /// <summary>Stops as a process does that got SIGTERM: no new calls, GOAWAY, running ones finish.</summary>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        Dispatcher.Drain(grace);
        await _app.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Handlers.Release.TrySetResult();
        Client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Dispatcher.Dispose();
    }
}
