using System.Net.Sockets;
using Appliance.Grpc.Client;
using Appliance.Ledger;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Hosting.Peers;

/// <summary>The appliance behind proxies: what handlers, logs and the trail see is the client.</summary>
public sealed class PeerWireTests : IAsyncLifetime
{
    private readonly RunningAppliance _appliance = new()
    {
        Settings =
        [
            new("Listen:Proxies", "127.0.0.0/8"),
            new("Listen:ProxyProtocol", "optional"),
            new("Listen:ProxyHeaders", "client-cert"),
            new("Listen:ProxyTls", "true"),
        ],
    };

    public ValueTask InitializeAsync() => _appliance.InitializeAsync();

    public ValueTask DisposeAsync() => _appliance.DisposeAsync();

    [Fact]
    public async Task A_password_crosses_only_when_the_proxy_says_that_the_client_came_by_TLS()
    {
        Assert.Equal(200, await LoginAsync(Preface.Of("203.0.113.9:4711", Preface.Tls())));
        Assert.Equal(403, await LoginAsync(Preface.Of("203.0.113.9:4711", Preface.Tls(client: 0))));

        await LoginOverGrpcAsync(Preface.Of("203.0.113.10:4712", Preface.Tls()));
        var error = await Assert.ThrowsAsync<GrpcStatusException>(
            () => LoginOverGrpcAsync(Preface.Of("203.0.113.11:4713", Preface.Tls(client: 0))));
        Assert.Equal(GrpcStatusCode.PermissionDenied, error.Code);
        Assert.True(_appliance.Log.Contains("peer 203.0.113.10:4712"));
        Assert.True(_appliance.Log.Contains("peer 203.0.113.11:4713"));
    }

    [Fact]
    public async Task A_malformed_header_of_the_proxy_is_refused_in_the_terms_of_each_wire()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/csc/v2/info");
        Assert.True(request.Headers.TryAddWithoutValidation("Client-Cert", "nonsense"));
        (await _appliance.SendAsync(request)).Refused(
            400,
            "invalid_request",
            "What the proxy says of the client is malformed, or the client's certificate is not accepted");

        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => _appliance.Grpc
            .UnaryAsync<Proto.ServiceInfoRequest, Proto.ServiceInfoResponse>(
                Proto.ServiceReflection.Descriptor.Services[0].FindMethodByName("Info"),
                new Proto.ServiceInfoRequest(),
                new GrpcCallOptions { Metadata = new() { { "client-cert", "nonsense" } } },
                cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(GrpcStatusCode.InvalidArgument, error.Code);
        Assert.Equal("invalid_request", error.Error!.Reason);

        // Recorded as it happened, by who writes beside the calls.
        while (_appliance.Audit(AuditEvent.PeerHeaderDropped).Count == 0)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        var record = Assert.Single(_appliance.Audit(AuditEvent.PeerHeaderDropped)).Record;
        Assert.Equal("a proxy's malformed headers from 127.0.0.1", record.Detail);
        Assert.Equal(AuditOutcome.Refused, record.Outcome);
    }

    private async Task<int> LoginAsync(byte[] preface)
    {
        using var client = new HttpClient(Through(preface));
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(_appliance.Rest.BaseAddress!, "/csc/v2/auth/login"))
        {
            Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = _appliance.Ioana.Basic;
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    private async Task LoginOverGrpcAsync(byte[] preface)
    {
        using var channel = new GrpcChannel(
            _appliance.GrpcAddress, new GrpcChannelOptions { Handler = Through(preface) });
        await channel.UnaryAsync<Proto.LoginRequest, Proto.LoginResponse>(
            Proto.AuthReflection.Descriptor.Services[0].FindMethodByName("Login"),
            new Proto.LoginRequest(),
            new GrpcCallOptions { Metadata = new() { { "authorization", _appliance.Ioana.Basic.ToString() } } },
            cancellationToken: TestContext.Current.CancellationToken);
    }

    private static SocketsHttpHandler Through(byte[] preface) => new()
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            await socket.SendAsync(preface, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };
}
