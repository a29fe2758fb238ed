using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Grpc.Tests.Protos;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Appliance.Grpc.Client.Tests.Support;

/// <summary>Appliance.Grpc, and answers that are not gRPC, on a real Kestrel, in plaintext and with TLS.</summary>
internal sealed class ClientTestServer : IAsyncDisposable
{
    public static readonly MethodDescriptor Method =
        TestReflection.Descriptor.Services[0].FindMethodByName("Unary");

    private readonly WebApplication _app;
    private readonly GrpcDispatcher _dispatcher;

    private ClientTestServer(WebApplication app, GrpcDispatcher dispatcher, X509Certificate2 certificate)
    {
        _app = app;
        _dispatcher = dispatcher;
        Certificate = certificate;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Plain = new Uri(addresses.First());
        Tls = new Uri(addresses.Last());
    }

    public Uri Plain { get; }

    public Uri Tls { get; }

    public X509Certificate2 Certificate { get; }

    /// <param name="handler">The unary method.</param>
    /// <param name="instead">When given, answers every request in place of gRPC.</param>
    public static async Task<ClientTestServer> StartAsync(
        Func<TestRequest, GrpcCallContext, ValueTask<TestResponse?>> handler, RequestDelegate? instead = null)
    {
        var certificate = NewCertificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureForGrpc();
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate));
        });
        var app = builder.Build();
        var dispatcher = new GrpcDispatcher(
            new GrpcMethods().Unary(Method, handler),
            new GrpcServerOptions(),
            TimeProvider.System,
            app.Services.GetRequiredService<ILoggerFactory>());
        if (instead is null)
        {
            app.UseGrpc(dispatcher);
        }
        else
        {
            app.Run(instead);
        }

        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ClientTestServer(app, dispatcher, certificate);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _dispatcher.Dispose();
        Certificate.Dispose();
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(
            TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }
}
