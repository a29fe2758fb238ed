using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Appliance.Grpc;
using Appliance.Ledger;
using Appliance.Server.Hosting;
using Appliance.Server.Hosting.Peers;
using Appliance.Server.Options;
using Appliance.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Hosting.Peers;

/// <summary>
/// Kestrel as the appliance sets it up, over a real store, that tells each client what is known of it: over REST as a
/// line of text, over gRPC as the description of csc.v2.Service/Info.
/// </summary>
internal sealed class PeerHost : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("peers-").FullName;
    private readonly WebApplication _app;
    private readonly Store _store;
    private readonly CommitLoop _loop;
    private readonly PeerDesk _peers;
    private readonly GrpcDispatcher _grpc;
    private PeerAudit? _audit;

    private PeerHost(ListenSettings listen, bool isTls)
    {
        Time = new SetTime(TimeProvider.System.GetUtcNow());
        Server = TestCertificates.SelfSigned("CN=127.0.0.1", Time.GetUtcNow());
        var scheme = isTls ? "https" : "http";
        (listen.Rest, listen.Grpc) = ($"{scheme}://127.0.0.1:0", $"{scheme}://127.0.0.1:0");
        (listen.Certificate, listen.CertificateKey) = (PathOf("tls.pem"), PathOf("tls.key"));
        File.WriteAllText(listen.Certificate, Server.ExportCertificatePem());
        File.WriteAllText(listen.CertificateKey, Server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        _store = Store.Open(new StoreOptions { TimeProvider = Time, Path = PathOf("store.db") });
        _loop = new CommitLoop(_store, new CommitLoopOptions(), Time, NullLogger<CommitLoop>.Instance);
        _peers = new PeerDesk(listen, Time);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(
            kestrel => KestrelSetup.Configure(kestrel, new ApplianceOptions { Listen = listen }, _peers));
        var refusal = new GrpcStatus(GrpcStatusCode.InvalidArgument, "peer");
        _grpc = new GrpcDispatcher(
            new GrpcMethods().Unary<Proto.ServiceInfoRequest, Proto.ServiceInfoResponse>(
                Proto.ServiceReflection.Descriptor.Services[0].FindMethodByName("Info"),
                (_, call) => ValueTask.FromResult<Proto.ServiceInfoResponse?>(new() { Description = Tell(call.Http) }),
                new GrpcMethodOptions()),
            new GrpcServerOptions { Screen = http => _peers.TryPass(http) ? null : refusal },
            Time,
            NullLoggerFactory.Instance);
        _app = builder.Build();
        _app.Run(http => _grpc.InvokeAsync(http, ServeAsync));
    }

    public SetTime Time { get; }

    public X509Certificate2 Server { get; }

    public int RestPort { get; private set; }

    public int GrpcPort { get; private set; }

    public static async Task<PeerHost> StartAsync(ListenSettings listen, bool isTls = false)
    {
        var host = new PeerHost(listen, isTls);
        host._audit = host._peers.StartAudit(host._loop, host.Time, NullLogger.Instance);
        await host._app.StartAsync(TestContext.Current.CancellationToken);
        var ports = host._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Select(address => new Uri(address).Port).ToArray();
        (host.RestPort, host.GrpcPort) = (ports[0], ports[^1]);
        return host;
    }

    public string PathOf(string name) => Path.Combine(_directory, name);

    /// <summary>Sends bytes as they are, in these pieces, and reads until the server hangs up.</summary>
    public async Task<string> SendAsync(params byte[][] pieces)
    {
        using var socket = await ConnectAsync();
        return await SendAsync(socket, pieces);
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, RestPort, TestContext.Current.CancellationToken);
        return socket;
    }

    /// <summary>The same over a connection that is there.</summary>
    public static async Task<string> SendAsync(Socket socket, params byte[][] pieces)
    {
        var token = TestContext.Current.CancellationToken;
        var text = new StringBuilder();
        var buffer = new byte[4_096];
        try
        {
            foreach (var piece in pieces)
            {
                await socket.SendAsync(piece, token);
            }

            while (await socket.ReceiveAsync(buffer, token) is > 0 and var count)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            // Reset: hung up on with bytes unread.
        }

        return text.ToString();
    }

    /// <summary>A request of HTTP/1.1 that ends its connection.</summary>
    public static byte[] Get(params string[] headers) => Encoding.Latin1.GetBytes(
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        + string.Concat(headers.Select(line => line + "\r\n")) + "\r\n");

    /// <summary>Connects, sends a PROXY header if there is one, and shows a certificate if there is one.</summary>
    public SocketsHttpHandler Handler(byte[]? preface = null, X509Certificate2? certificate = null) => new()
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            if (preface is not null)
            {
                await socket.SendAsync(preface, cancellationToken);
            }

            return new NetworkStream(socket, ownsSocket: true);
        },
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, presented, _, _)
                => presented!.GetRawCertData().AsSpan().SequenceEqual(Server.RawData),
            ClientCertificates = certificate is null ? null : [certificate],
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
        },
    };

    /// <summary>The audit trail's records of dropped claims, oldest first, as "count detail".</summary>
    public async Task<IReadOnlyList<string>> AuditAsync()
    {
        // What was noted is on its way; the end of the audit flushes it.
        await _audit!.DisposeAsync();
        _audit = _peers.StartAudit(_loop, Time, NullLogger.Instance);
        return [.. _store.Read(connection => AuditTrail.Read(
            connection, new AuditQuery { Event = AuditEvent.PeerHeaderDropped, OldestFirst = true, Limit = 1_000 }))
            .Select(entry => $"{entry.Record.Count} {entry.Record.Detail}")];
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await (_audit?.DisposeAsync() ?? ValueTask.CompletedTask);
        _grpc.Dispose();
        _peers.Dispose();
        await _loop.DisposeAsync();
        _store.Dispose();
        Server.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task ServeAsync(HttpContext http)
    {
        var isFine = _peers.TryPass(http);
        http.Response.StatusCode = isFine ? 200 : 400;
        var text = isFine ? Tell(http) : "malformed";
        http.Response.ContentLength = text.Length;
        await http.Response.WriteAsync(text);
    }

    /// <summary>address certificate's-digest authority|own|- proxied|direct safe|open, and headers left.</summary>
    private static string Tell(HttpContext http)
    {
        var facts = PeerFacts.Of(http);
        var certificate
            = facts.Certificate is null ? "-" : Convert.ToHexString(SHA256.HashData(facts.Certificate))[..8];
        var authority = facts.Certificate is null ? "-" : facts.IsFromAuthority ? "authority" : "own";
        var left = http.Request.Headers.Keys.Where(name => name.StartsWith("Client-", StringComparison.Ordinal)
            || name.Contains("Forwarded", StringComparison.Ordinal));
        return $"{http.Connection.RemoteIpAddress} {certificate} {authority} "
            + $"{(facts.IsProxied ? "proxied" : "direct")} {(facts.IsSafe ? "safe" : "open")}{string.Concat(left)}";
    }
}
