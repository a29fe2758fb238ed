using System.Net;
using Appliance.Grpc.TestService.Interop;
using Appliance.Grpc.TestService.Probes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Appliance.Grpc.TestService;

/// <summary>
/// A server on loopback with the service of gRPC's interop test cases and the probes. Only the public surface of
/// Appliance.Grpc is used, as any user of it would.
/// </summary>
public sealed class TestServiceHost : IAsyncDisposable
{
    /// <summary>Calls that clients left open are cancelled then.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;

    private TestServiceHost(WebApplication app, GrpcDispatcher dispatcher)
    {
        _app = app;
        Dispatcher = dispatcher;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Port = new Uri(addresses.Single()).Port;
    }

    /// <summary>The port on 127.0.0.1: HTTP/2 without TLS.</summary>
    public int Port { get; }

    /// <summary>What serves.</summary>
    public GrpcDispatcher Dispatcher { get; }

    /// <summary>Starts a server on a free port.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="time">The clock of deadlines and of <c>interval_us</c>; null: the system's.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    public static async Task<TestServiceHost> StartAsync(
        GrpcServerOptions options, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        var clock = time ?? TimeProvider.System;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = 2 * s_grace);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureForGrpc();
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();

        var methods = new GrpcMethods();
        var records = new CallRecords();
        new InteropService(clock, records).Map(methods);
        new ProbeService(records).Map(methods);
        var dispatcher = new GrpcDispatcher(
            methods, options, clock, app.Services.GetRequiredService<ILoggerFactory>());
        app.UseGrpc(dispatcher);
        await app.StartAsync(cancellationToken);
        return new TestServiceHost(app, dispatcher);
    }

    /// <summary>Stops.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispatcher.Drain(s_grace);
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Dispatcher.Dispose();
    }
}
