using System.Net;
using Appliance.Grpc.Tests.Protos.Shapes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Grpc.Tests.Services;

/// <summary>A real Kestrel with health, reflection and a service of every kind of name.</summary>
internal sealed class ServicesServer : IAsyncDisposable
{
    /// <summary>Longer than any test: nothing here may need it.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(10);

    /// <summary>Less than the 30 s after which a host closes what is still open.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;
    private readonly GrpcDispatcher _dispatcher;

    private ServicesServer(WebApplication app, GrpcDispatcher dispatcher, GrpcHealth health)
    {
        _app = app;
        _dispatcher = dispatcher;
        Health = health;
        Address = new Uri(app.Urls.Single());
    }

    public GrpcHealth Health { get; }

    public Uri Address { get; }

    public HttpClient Client { get; } = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true });

    public static async Task<ServicesServer> StartAsync(bool reflection = true, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureForGrpc()
            .Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        var health = new GrpcHealth();
        var methods = health.Map(new GrpcMethods())
            .Unary<Drawing, Drawing>(ShapesReflection.Descriptor.Services[0].FindMethodByName("Turn"), Turn);
        var options = new GrpcServerOptions { Reflection = reflection };
        var dispatcher = new GrpcDispatcher(
            methods, options, time ?? TimeProvider.System, NullLoggerFactory.Instance);
        app.UseGrpc(dispatcher);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ServicesServer(app, dispatcher, health);
    }

    public void Drain() => _dispatcher.Drain(s_grace);

    /// <summary>
    /// As a process does at SIGTERM; completes when nothing runs any more. Fails where the host would give up waiting.
    /// </summary>
    public Task StopAsync()
    {
        Drain();
        var token = TestContext.Current.CancellationToken;
        return _app.StopAsync(token).WaitAsync(s_patience, token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _dispatcher.Dispose();
    }

    private static ValueTask<Drawing?> Turn(Drawing request, GrpcCallContext call)
        => ValueTask.FromResult<Drawing?>(new Drawing { Layers = { request.Layers.Reverse() } });
}
