using System.Security.Cryptography.X509Certificates;
using Appliance.Grpc.Client;
using Appliance.Server.Options;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Hosting.Peers;

/// <summary>Client-Cert and Forwarded, from configured proxies and from others, over both wires.</summary>
public sealed class PeerHeaderTests
{
    [Fact]
    public async Task A_configured_proxy_shows_its_clients_certificate()
    {
        await using var host = await PeerHost.StartAsync(Proxies("client-cert"));
        using var certificate = TestCertificates.SelfSigned("CN=portal", host.Time.GetUtcNow());

        Assert.EndsWith(
            $"127.0.0.1 {certificate.Digest()} own proxied safe",
            await host.SendAsync(PeerHost.Get($"Client-Cert: {certificate.Field()}")));
        Assert.EndsWith("127.0.0.1 - - direct open", await host.SendAsync(PeerHost.Get()));
        Assert.Equal(
            $"127.0.0.1 {certificate.Digest()} own proxied safe",
            await CallAsync(host, new() { { "client-cert", certificate.Field() } }));
        Assert.Empty(await host.AuditAsync());
    }

    [Fact]
    public async Task The_chain_beside_it_is_looked_at_where_authorities_are_configured()
    {
        await using var host = await PeerHost.StartAsync(WithAuthority(out var authority, out var file));
        using var own = authority;
        var now = host.Time.GetUtcNow();
        using var issued = TestCertificates.Issue(authority, "CN=portal", now);
        using var stranger = TestCertificates.SelfSigned("CN=Authority", now, use: null, isAuthority: true);
        using var forged = TestCertificates.Issue(stranger, "CN=portal", now);

        Assert.EndsWith(
            $"{issued.Digest()} authority proxied safe",
            await host.SendAsync(PeerHost.Get(
                $"Client-Cert: {issued.Field()}", $"Client-Cert-Chain: {authority.Field()}")));
        Assert.EndsWith("malformed", await host.SendAsync(PeerHost.Get($"Client-Cert: {forged.Field()}")));
        Assert.EndsWith(
            "malformed",
            await host.SendAsync(PeerHost.Get(
                $"Client-Cert: {forged.Field()}", $"Client-Cert-Chain: {stranger.Field()}")));
        File.Delete(file);
    }

    [Fact]
    public async Task What_others_claim_is_dropped_and_recorded_once_a_minute()
    {
        await using var host = await PeerHost.StartAsync(
            new ListenSettings { Proxies = "192.0.2.1", ProxyHeaders = "client-cert,x-forwarded" });
        using var certificate = TestCertificates.SelfSigned("CN=portal", host.Time.GetUtcNow());
        for (var i = 0; i < 10; i++)
        {
            Assert.EndsWith(
                "127.0.0.1 - - direct safe",
                await host.SendAsync(PeerHost.Get(
                    $"client-cert: {certificate.Field()}",
                    "Client-Cert-Chain: nonsense",
                    "Forwarded: nonsense",
                    "X-Forwarded-For: 203.0.113.9",
                    "X-Forwarded-Proto: https")));
        }

        Assert.Equal(
            "127.0.0.1 - - direct safe", await CallAsync(host, new() { { "client-cert", certificate.Field() } }));

        var records = await host.AuditAsync();
        Assert.InRange(records.Count, 1, 2);
        Assert.All(records, record => Assert.Contains("Client-Cert", record, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Client-Cert: AQID")]
    [InlineData("Client-Cert: :AQID:")]
    [InlineData("Client-Cert: :MIIB")]
    [InlineData("Client-Cert: ")]
    [InlineData("Client-Cert-Chain: :AQID:")]
    [InlineData("Forwarded: for=1")]
    [InlineData("Forwarded: for=192.0.2.7;proto=gopher")]
    public async Task What_a_proxy_malforms_is_a_400_and_recorded(string header)
    {
        await using var host = await PeerHost.StartAsync(Proxies("client-cert,forwarded"));

        Assert.StartsWith("HTTP/1.1 400 ", await host.SendAsync(PeerHost.Get(header)), StringComparison.Ordinal);
        Assert.Equal(["1 a proxy's malformed headers from 127.0.0.1"], await host.AuditAsync());
    }

    [Fact]
    public async Task Two_certificates_and_one_that_has_expired_are_refused_on_both_wires()
    {
        await using var host = await PeerHost.StartAsync(Proxies("client-cert"));
        var now = host.Time.GetUtcNow();
        using var one = TestCertificates.SelfSigned("CN=portal", now);
        using var expired = TestCertificates.SelfSigned("CN=portal", now, hours: -1);
        using var server = TestCertificates.SelfSigned("CN=portal", now, use: TestCertificates.ForServers);

        Assert.EndsWith(
            "malformed",
            await host.SendAsync(PeerHost.Get($"Client-Cert: {one.Field()}", $"Client-Cert: {one.Field()}")));
        foreach (var refused in new[] { expired, server })
        {
            Assert.EndsWith("malformed", await host.SendAsync(PeerHost.Get($"Client-Cert: {refused.Field()}")));
            var error = await Assert.ThrowsAsync<GrpcStatusException>(
                () => CallAsync(host, new() { { "client-cert", refused.Field() } }));
            Assert.Equal(GrpcStatusCode.InvalidArgument, error.Code);
        }

        // What was accepted a minute ago is looked at again.
        Assert.EndsWith("own proxied safe", await host.SendAsync(PeerHost.Get($"Client-Cert: {one.Field()}")));
        host.Time.Advance(TimeSpan.FromHours(2));
        Assert.EndsWith("malformed", await host.SendAsync(PeerHost.Get($"Client-Cert: {one.Field()}")));
    }

    [Theory]
    [InlineData("forwarded", "Forwarded: for=203.0.113.9;proto=https", "203.0.113.9 - - proxied safe")]
    [InlineData("forwarded", "Forwarded: for=203.0.113.9;proto=http", "203.0.113.9 - - proxied open")]
    [InlineData("forwarded", "Forwarded: for=203.0.113.9", "203.0.113.9 - - proxied open")]
    [InlineData("forwarded", "Forwarded: for=unknown;proto=https", "127.0.0.1 - - proxied safe")]
    [InlineData(
        "forwarded",
        "Forwarded: for=6.6.6.6, for=203.0.113.9, for=127.0.0.5;proto=http",
        "203.0.113.9 - - proxied open")]
    [InlineData(
        "x-forwarded",
        "X-Forwarded-For: 6.6.6.6, 203.0.113.9\r\nX-Forwarded-Proto: https",
        "203.0.113.9 - - proxied safe")]
    [InlineData("x-forwarded", "Forwarded: for=6.6.6.6;proto=https", "127.0.0.1 - - direct open")]
    [InlineData("client-cert", "X-Forwarded-For: 6.6.6.6", "127.0.0.1 - - direct open")]
    public async Task Only_the_headers_that_are_configured_count(string headers, string header, string expected)
    {
        await using var host = await PeerHost.StartAsync(Proxies(headers));

        Assert.EndsWith(expected, await host.SendAsync(PeerHost.Get(header)));
        Assert.Empty(await host.AuditAsync());
    }

    [Fact]
    public async Task The_settings_can_say_that_proxies_take_TLS_only()
    {
        var listen = Proxies("x-forwarded");
        listen.ProxyTls = true;
        await using var host = await PeerHost.StartAsync(listen);

        Assert.EndsWith("proxied safe", await host.SendAsync(PeerHost.Get("X-Forwarded-For: 203.0.113.9")));
        Assert.EndsWith(
            "proxied open",
            await host.SendAsync(PeerHost.Get("X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: http")));
    }

    private static ListenSettings Proxies(string headers) => new() { Proxies = "127.0.0.0/8", ProxyHeaders = headers };

    private static ListenSettings WithAuthority(out X509Certificate2 authority, out string file)
    {
        var now = TimeProvider.System.GetUtcNow();
        authority = TestCertificates.SelfSigned("CN=Authority", now, use: null, isAuthority: true);
        file = Path.GetTempFileName();
        File.WriteAllText(file, authority.ExportCertificatePem());
        var listen = Proxies("client-cert");
        listen.ClientCertificateAuthorities = file;
        return listen;
    }

    private static async Task<string> CallAsync(PeerHost host, GrpcMetadata metadata)
    {
        using var channel = new GrpcChannel(new Uri($"http://127.0.0.1:{host.GrpcPort}"));
        return (await channel.UnaryAsync<Proto.ServiceInfoRequest, Proto.ServiceInfoResponse>(
            Proto.ServiceReflection.Descriptor.Services[0].FindMethodByName("Info"),
            new Proto.ServiceInfoRequest(),
            new GrpcCallOptions { Metadata = metadata },
            cancellationToken: TestContext.Current.CancellationToken)).Message.Description;
    }
}
