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
/// Two ways to the same bytes on one Kestrel: <c>/bare</c>, an endpoint that knows nothing of gRPC, and the gRPC method
/// <c>appliance.load.Echo/Unary</c>. Prints its port; answers each line on standard input with bytes allocated, CPU
/// ticks used and collections so far; ends with the input.
/// </summary>
internal static class EchoServer
{
    public const string BarePath = "/bare";
    public const string GrpcPath = "/appliance.load.Echo/Unary";
    public const string GrpcAsyncPath = "/appliance.load.Echo/UnaryAsync";

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureForGrpc();
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        await using var app = builder.Build();

        var echo = EchoReflection.Descriptor.Services[0];
        var methods = new GrpcMethods()
            .Unary<EchoMessage, EchoMessage>(
                echo.FindMethodByName("Unary"), (request, _) => ValueTask.FromResult<EchoMessage?>(request))
            .Unary<EchoMessage, EchoMessage>(echo.FindMethodByName("UnaryAsync"), YieldAndEcho);
        using var dispatcher = new GrpcDispatcher(
            methods, new GrpcServerOptions(), TimeProvider.System, app.Services.GetRequiredService<ILoggerFactory>());
        app.UseGrpc(dispatcher);
        app.Run(Bare);
        var stopping = app.Lifetime.ApplicationStopping;
        await app.StartAsync(stopping);

        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Console.WriteLine(new Uri(addresses.First()).Port.ToString(CultureInfo.InvariantCulture));
        while (await Console.In.ReadLineAsync(stopping) is not null)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{GC.GetTotalAllocatedBytes(precise: true)} {Environment.CpuUsage.TotalTime.Ticks} {GC.CollectionCount(0)}"));
        }

        return 0;
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
            await http.Response.BodyWriter.WriteAsync(segment, CancellationToken.None);
        }

        body.AdvanceTo(read.Buffer.End);
    }
}
