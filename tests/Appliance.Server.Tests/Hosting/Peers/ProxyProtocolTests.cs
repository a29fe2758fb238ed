using System.Globalization;
using Appliance.Grpc.Client;
using Appliance.Server.Options;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Hosting.Peers;

/// <summary>The PROXY protocol over real sockets: who may use it, and what becomes of who may not.</summary>
public sealed class ProxyProtocolTests
{
    private const string Client = "203.0.113.9:4711";

    [Fact]
    public async Task A_configured_proxy_names_the_client_on_both_wires()
    {
        await using var host = await PeerHost.StartAsync(Proxies("optional"));

        Assert.EndsWith(
            "203.0.113.9 - - proxied open", await host.SendAsync(Preface.Of(Client), PeerHost.Get()));
        Assert.EndsWith(
            "2001:db8::7 - - proxied safe",
            await host.SendAsync(Preface.Of("[2001:db8::7]:1", Preface.Tls()), PeerHost.Get()));
        Assert.Equal("203.0.113.9 - - proxied open", await CallAsync(host, Preface.Of(Client)));
        Assert.Empty(await host.AuditAsync());
    }

    [Fact]
    public async Task A_header_in_single_bytes_and_one_that_comes_with_the_request_read_the_same()
    {
        await using var host = await PeerHost.StartAsync(Proxies("required"));
        var header = Preface.Sealed(Preface.Of(Client, Preface.Tlv(0x03, 0, 0, 0, 0)));
        byte[][] pieces = [.. header.Select(one => new[] { one }), PeerHost.Get()];

        Assert.EndsWith("203.0.113.9 - - proxied open", await host.SendAsync(pieces));
        Assert.EndsWith("203.0.113.9 - - proxied open", await host.SendAsync([[.. header, .. PeerHost.Get()]]));
    }

    [Fact]
    public async Task LOCAL_and_no_header_at_all_are_the_proxys_own_connection()
    {
        await using var host = await PeerHost.StartAsync(Proxies("optional"));

        Assert.EndsWith("127.0.0.1 - - direct open", await host.SendAsync(Preface.Local, PeerHost.Get()));
        Assert.EndsWith("127.0.0.1 - - direct open", await host.SendAsync(PeerHost.Get()));

        // The first bytes come one by one: what was looked at is not lost.
        Assert.EndsWith("direct open", await host.SendAsync([.. PeerHost.Get().Select(one => new[] { one })]));
    }

    [Fact]
    public async Task A_stranger_that_begins_with_a_header_is_hung_up_on_and_recorded_once_a_minute()
    {
        await using var host = await PeerHost.StartAsync(new ListenSettings());
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("", await host.SendAsync(Preface.Of(Client), PeerHost.Get()));
        }

        Assert.Equal("", await host.SendAsync("PROXY TCP4 203.0.113.9 127.0.0.1 1 2\r\n"u8.ToArray(), PeerHost.Get()));

        // The first at once, the others together.
        var records = await host.AuditAsync();
        Assert.InRange(records.Count, 1, 2);
        Assert.Equal(21, Total(records, " PROXY header from 127.0.0.1"));
        Assert.EndsWith("127.0.0.1 - - direct safe", await host.SendAsync(PeerHost.Get()));
    }

    [Fact]
    public async Task Another_machine_that_is_no_proxy_may_not_either()
    {
        await using var host = await PeerHost.StartAsync(
            new ListenSettings { Proxies = "192.0.2.0/24", ProxyProtocol = "required" });

        Assert.Equal("", await host.SendAsync(Preface.Of(Client), PeerHost.Get()));
        Assert.EndsWith("127.0.0.1 - - direct safe", await host.SendAsync(PeerHost.Get()));
        Assert.Equal(["1 PROXY header from 127.0.0.1"], await host.AuditAsync());
    }

    [Fact]
    public async Task What_a_proxy_gets_wrong_ends_its_connection_and_is_recorded()
    {
        await using var host = await PeerHost.StartAsync(Proxies("required"));

        Assert.Equal("", await host.SendAsync(PeerHost.Get()));
        Assert.Equal(["1 a proxy's missing PROXY header from 127.0.0.1"], await host.AuditAsync());
        Assert.Equal("", await host.SendAsync(Preface.Build(0x21, 0x12, new byte[12]), PeerHost.Get()));
        Assert.Equal("", await host.SendAsync(Preface.Build(0x21, 0x11, new byte[16_385]), PeerHost.Get()));
        Assert.Equal("", await host.SendAsync("PROXY UNKNOWN\r\n"u8.ToArray(), PeerHost.Get()));
        Assert.Equal(
            "",
            await host.SendAsync(Preface.Of(Client, Preface.Tls(0x03, 0, [0x30, 0x01])), PeerHost.Get()));

        Assert.Equal(
            4,
            Total(await host.AuditAsync(), " a proxy's malformed PROXY header from 127.0.0.1"));
    }

    [Fact]
    public async Task A_header_that_does_not_come_is_not_waited_for()
    {
        await using var host = await PeerHost.StartAsync(
            new ListenSettings { Proxies = "127.0.0.0/8", ProxyProtocol = "required", ProxyHeaderSeconds = 1 });

        // Returns when the server hangs up.
        Assert.Equal("", await host.SendAsync([]));
        Assert.Equal("", await host.SendAsync(Preface.Of(Client)[..20]));
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_who_says_nothing()
    {
        var host = await PeerHost.StartAsync(Proxies("optional"));
        using var first = await host.ConnectAsync();
        using var second = await host.ConnectAsync();
        var silent = PeerHost.SendAsync(first);
        var half = PeerHost.SendAsync(second, Preface.Of(Client)[..5]);

        // Connections are accepted in order: this one was served after those.
        Assert.EndsWith("direct open", await host.SendAsync(PeerHost.Get()), StringComparison.Ordinal);
        var stopped = host.DisposeAsync().AsTask();

        // Below what a stop would grant to calls in flight.
        await stopped.WaitAsync(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
        Assert.Equal("", await silent);
        Assert.Equal("", await half);
    }

    [Fact]
    public async Task The_certificate_that_a_proxy_verified_is_the_clients()
    {
        await using var host = await PeerHost.StartAsync(Proxies("required"));
        using var certificate = TestCertificates.SelfSigned("CN=portal", host.Time.GetUtcNow());
        using var expired = TestCertificates.SelfSigned("CN=portal", host.Time.GetUtcNow(), hours: -1);

        Assert.EndsWith(
            $"203.0.113.9 {certificate.Digest()} own proxied safe",
            await host.SendAsync(Preface.Of(Client, Preface.Tls(0x03, 0, certificate.RawData)), PeerHost.Get()));
        Assert.Equal(
            "", await host.SendAsync(Preface.Of(Client, Preface.Tls(0x03, 0, expired.RawData)), PeerHost.Get()));
    }

    [Fact]
    public async Task TLS_goes_through_the_proxy_and_its_certificate_is_the_clients()
    {
        var listen = Proxies("required");
        listen.ClientCertificates = "optional";
        await using var host = await PeerHost.StartAsync(listen, isTls: true);
        using var certificate = TestCertificates.SelfSigned("CN=portal", host.Time.GetUtcNow());
        using var client = new HttpClient(host.Handler(Preface.Of(Client), certificate));

        Assert.Equal(
            $"203.0.113.9 {certificate.Digest()} own proxied safe",
            await client.GetStringAsync(
                new Uri($"https://127.0.0.1:{host.RestPort}/"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Headers_within_a_stream_that_a_proxy_passes_on_are_its_clients_own()
    {
        var listen = Proxies("required");
        listen.ProxyHeaders = "client-cert,forwarded";
        await using var host = await PeerHost.StartAsync(listen);
        using var certificate = TestCertificates.SelfSigned("CN=portal", host.Time.GetUtcNow());
        var request = PeerHost.Get($"Client-Cert: {certificate.Field()}", "Forwarded: for=198.51.100.1;proto=https");

        // Dropped for a stranger behind the proxy; taken where that is a proxy of ours itself.
        Assert.EndsWith("203.0.113.9 - - proxied open", await host.SendAsync(Preface.Of(Client), request));
        Assert.EndsWith(
            $"198.51.100.1 {certificate.Digest()} own proxied safe",
            await host.SendAsync(Preface.Of("127.0.0.2:1"), request));
        Assert.Equal(["1 Client-Cert, Forwarded from 203.0.113.9"], await host.AuditAsync());
    }

    private static ListenSettings Proxies(string mode) => new() { Proxies = "127.0.0.0/8", ProxyProtocol = mode };

    /// <summary>The counts of the records that say so.</summary>
    private static int Total(IEnumerable<string> records, string what)
        => records.Where(record => record.EndsWith(what, StringComparison.Ordinal))
            .Sum(record => int.Parse(record.AsSpan(..^what.Length), CultureInfo.InvariantCulture));

    private static async Task<string> CallAsync(PeerHost host, byte[] preface)
    {
        using var channel = new GrpcChannel(
            new Uri($"http://127.0.0.1:{host.GrpcPort}"),
            new GrpcChannelOptions { Handler = host.Handler(preface) });
        return (await channel.UnaryAsync<Proto.ServiceInfoRequest, Proto.ServiceInfoResponse>(
            Proto.ServiceReflection.Descriptor.Services[0].FindMethodByName("Info"),
            new Proto.ServiceInfoRequest(),
            cancellationToken: TestContext.Current.CancellationToken)).Message.Description;
    }
}
