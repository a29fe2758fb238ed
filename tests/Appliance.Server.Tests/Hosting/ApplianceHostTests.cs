using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Appliance.Grpc.Client;
using Appliance.Server.Hosting;
using Appliance.Server.Options;
using Appliance.Server.Tests.Commands;
using Microsoft.Extensions.Configuration;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Hosting;

public sealed class ApplianceHostTests : IDisposable
{
    private readonly Installation _installation = new();

    [Fact]
    public async Task Serve_is_ready_when_its_file_is_there_and_gone_when_it_stops()
    {
        await _installation.SetUpAsync();
        using var stop = new CancellationTokenSource();
        var (ready, served) = await StartAsync(stop.Token);
        using var http = new HttpClient { BaseAddress = new Uri(ready.Rest) };

        Assert.Equal(Environment.ProcessId, ready.ProcessId);
        foreach (var path in new[] { "/healthz/live", "/healthz/ready" })
        {
            var health = await http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
            Assert.StartsWith(
                "{\"status\":\"ok\"",
                await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
        }

        await stop.CancelAsync();
        await served;
        Assert.False(File.Exists(_installation.PathOf("ready.json")));
        Assert.Contains("node.stopped", (await _installation.RunAsync("audit show")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_port_serves_both_wires_over_TLS()
    {
        await _installation.SetUpAsync();
        using var certificate = MakeCertificate();
        using var stop = new CancellationTokenSource();
        var port = FreePort();
        var (ready, served) = await StartAsync(
            stop.Token,
            new("Listen:Rest", $"https://127.0.0.1:{port}"),
            new("Listen:Grpc", $"https://127.0.0.1:{port}"),
            new("Listen:Certificate", _installation.PathOf("tls.pem")),
            new("Listen:CertificateKey", _installation.PathOf("tls.key")));
        Assert.Equal(ready.Rest, ready.Grpc);

        using (var http = new HttpClient(Trusting(certificate)) { BaseAddress = new Uri(ready.Rest) })
        using (var channel = new GrpcChannel(
            new Uri(ready.Grpc), new GrpcChannelOptions { Handler = Trusting(certificate) }))
        {
            var info = await http.PostAsync("/csc/v2/info", null, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, info.StatusCode);
            var answer = await channel.UnaryAsync<Proto.ServiceInfoRequest, Proto.ServiceInfoResponse>(
                Proto.ServiceReflection.Descriptor.Services[0].FindMethodByName("Info"),
                new Proto.ServiceInfoRequest(),
                cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal("2.2.0.0", answer.Message.Specs);
        }

        await stop.CancelAsync();
        await served;
    }

    [Fact]
    public async Task Health_over_gRPC_is_the_readiness_of_the_server_and_of_each_service()
    {
        await _installation.SetUpAsync();
        using var stop = new CancellationTokenSource();
        var (ready, served) = await StartAsync(stop.Token);
        using var grpc = new RawGrpc(ready.Grpc);

        Assert.Equal([RawGrpc.Serving], await grpc.StatusesAsync("Check", ""));
        foreach (var service in new[] { "Service", "Auth", "Credentials", "Signatures" })
        {
            Assert.Equal([RawGrpc.Serving], await grpc.StatusesAsync("Check", "csc.v2." + service));
        }

        Assert.Equal([], await grpc.StatusesAsync("Check", "csc.v1.Service"));
        await stop.CancelAsync();
        await served;
    }

    /// <summary>What is in flight would have 300 s; a watcher would take them all.</summary>
    [Fact]
    public async Task A_stop_tells_who_watches_and_does_not_wait_for_them()
    {
        await _installation.SetUpAsync();
        using var stop = new CancellationTokenSource();
        var (ready, served) = await StartAsync(stop.Token, KeyValuePair.Create("Limits:DrainSeconds", (string?)"300"));
        using var grpc = new RawGrpc(ready.Grpc);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watch = grpc.StatusesAsync("Watch", "csc.v2.Signatures", told.SetResult);

        await told.Task;
        await stop.CancelAsync();
        await served.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal([RawGrpc.Serving, RawGrpc.NotServing], await watch);
    }

    [Theory]
    [InlineData("true", "v1", true)]
    [InlineData("true", "v1alpha", true)]
    [InlineData("false", "v1", false)]
    public async Task Reflection_lists_the_services_where_it_is_allowed(string setting, string package, bool isThere)
    {
        await _installation.SetUpAsync();
        using var stop = new CancellationTokenSource();
        var (ready, served) = await StartAsync(stop.Token, KeyValuePair.Create("Listen:Reflection", (string?)setting));
        using var grpc = new RawGrpc(ready.Grpc);

        var list = await grpc.ListServicesAsync(package);
        foreach (var service in new[] { "csc.v2.Service", "csc.v2.Signatures", "grpc.health.v1.Health" })
        {
            Assert.Equal(isThere, list.Contains(service, StringComparison.Ordinal));
        }

        await stop.CancelAsync();
        await served;
    }

    public void Dispose() => _installation.Dispose();

    private async Task<(ReadyDocument Ready, Task Served)> StartAsync(
        CancellationToken stop, params KeyValuePair<string, string?>[] settings)
    {
        var options = OptionsReader.Read(new ConfigurationBuilder()
            .AddJsonFile(_installation.PathOf("appliance.json"))
            .AddInMemoryCollection(settings)
            .AddInMemoryCollection([new("Log:Level", "Warning")])
            .Build());
        var file = _installation.PathOf("ready.json");
        var there = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(file)!, "ready.json*");
        watcher.Renamed += (_, _) => there.TrySetResult();
        watcher.EnableRaisingEvents = true;
        var served = ApplianceHost.RunAsync(options, file, TimeProvider.System, stop);
        await await Task.WhenAny(there.Task, served);
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        return (JsonSerializer.Deserialize(text, HostingJson.Default.ReadyDocument)!, served);
    }

    private X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddMinutes(-1), now.AddHours(1));
        File.WriteAllText(_installation.PathOf("tls.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_installation.PathOf("tls.key"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }

    /// <summary>A shared port has to be named; what the system hands out is seldom taken in between.</summary>
    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static SocketsHttpHandler Trusting(X509Certificate2 certificate) => new()
    {
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, presented, _, _)
                => presented is not null && presented.GetRawCertData().AsSpan().SequenceEqual(certificate.RawData),
        },
    };
}
