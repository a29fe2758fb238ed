using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Appliance.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Appliance.Load.Echo;

/// <summary>
/// Two Kestrels that give the same bytes back: one without any gRPC, one with the methods of
/// <c>appliance.load.Echo</c>. Prints their ports; answers each line on standard input with the bytes allocated and
/// the CPU ticks used so far; ends with the input.
/// </summary>
internal static class EchoServer
{
    public const string BarePath = "/bare";
    public const string GrpcPath = "/appliance.load.Echo/Unary";
    public const string GrpcAsyncPath = "/appliance.load.Echo/UnaryAsync";

    public static async Task<int> RunAsync()
    {
        await using var bare = NewApp();
        bare.Run(Bare);
        await bare.StartAsync(bare.Lifetime.ApplicationStopping);

        await using var grpc = NewApp();
        var echo = EchoReflection.Descriptor.Services[0];
        var methods = new GrpcMethods()
            .Unary<EchoMessage, EchoMessage>(
                echo.FindMethodByName("Unary"), (request, _) => ValueTask.FromResult<EchoMessage?>(request))
            .Unary<EchoMessage, EchoMessage>(echo.FindMethodByName("UnaryAsync"), YieldAndEcho);
        using var dispatcher = new GrpcDispatcher(
            methods, new GrpcServerOptions(), TimeProvider.System, grpc.Services.GetRequiredService<ILoggerFactory>());
        grpc.UseGrpc(dispatcher);
        await grpc.StartAsync(grpc.Lifetime.ApplicationStopping);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{PortOf(bare)} {PortOf(grpc)}"));
        while (await Console.In.ReadLineAsync(CancellationToken.None) is not null)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{GC.GetTotalAllocatedBytes(precise: true)} {Environment.CpuUsage.TotalTime.Ticks}"));
        }

        return 0;
    }

    private static WebApplication NewApp()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureForGrpc().Listen(
            IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        return builder.Build();
    }

    private static int PortOf(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new Uri(addresses.First()).Port;
    }

    private static async ValueTask<EchoMessage?> YieldAndEcho(EchoMessage request, GrpcCallContext call)
    {
        await Task.Yield();
        return request;
    }

    private static async Task Bare(HttpContext http)
    {
        var body = http.Request.BodyReader;
        ReadResult read;
        while (!(read = await body.ReadAsync(CancellationToken.None)).IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        foreach (var segment in read.Buffer)
        {
            http.Response.BodyWriter.Write(segment.Span); // sent with the end, as the gRPC layer does it
        }

        body.AdvanceTo(read.Buffer.End);
    }
}
