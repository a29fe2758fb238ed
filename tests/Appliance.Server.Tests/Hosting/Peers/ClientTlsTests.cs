using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Grpc.Client;
using Appliance.Server.Hosting.Peers;
using Appliance.Server.Options;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Hosting.Peers;

/// <summary>Client certificates in the TLS handshake, over REST and gRPC.</summary>
public sealed class ClientTlsTests : IDisposable
{
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly X509Certificate2 _authority;
    private readonly string _file = Path.GetTempFileName();

    public ClientTlsTests()
    {
        _authority = TestCertificates.SelfSigned("CN=Authority", _now, use: null, isAuthority: true);
        File.WriteAllText(_file, _authority.ExportCertificatePem());
    }

    [Fact]
    public async Task Both_wires_know_the_client_by_its_certificate()
    {
        await using var host = await StartAsync("optional");
        using var issued = TestCertificates.Issue(_authority, "CN=portal", _now);
        using var own = TestCertificates.SelfSigned("CN=portal", _now);

        var issuedFacts = $"127.0.0.1 {issued.Digest()} authority direct safe";
        Assert.Equal(issuedFacts, await GetAsync(host, issued, HttpVersion.Version11));
        Assert.Equal(issuedFacts, await GetAsync(host, issued, HttpVersion.Version20));
        Assert.Equal(issuedFacts, await CallAsync(host, issued));
        Assert.Equal($"127.0.0.1 {own.Digest()} own direct safe", await CallAsync(host, own));
        Assert.Equal("127.0.0.1 - - direct safe", await GetAsync(host, null, HttpVersion.Version11));
        Assert.Equal("127.0.0.1 - - direct safe", await CallAsync(host, null));
    }

    [Fact]
    public async Task Who_must_show_one_and_does_not_is_refused()
    {
        await using var host = await StartAsync("required");
        using var own = TestCertificates.SelfSigned("CN=portal", _now, use: TestCertificates.ForClients);

        Assert.EndsWith("own direct safe", await GetAsync(host, own, HttpVersion.Version11), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => GetAsync(host, null, HttpVersion.Version11));
        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => CallAsync(host, null));
        Assert.Equal(GrpcStatusCode.Unavailable, error.Code);
    }

    [Fact]
    public async Task Expired_and_unknown_ones_and_those_for_servers_are_refused()
    {
        await using var host = await StartAsync("optional");
        using var stranger = TestCertificates.SelfSigned("CN=Authority", _now, use: null, isAuthority: true);
        using var expired = TestCertificates.Issue(_authority, "CN=portal", _now, hours: -0.1);
        using var ownExpired = TestCertificates.SelfSigned("CN=portal", _now, hours: -1);
        using var forged = TestCertificates.Issue(stranger, "CN=portal", _now);
        using var server = TestCertificates.Issue(_authority, "CN=portal", _now, use: TestCertificates.ForServers);

        foreach (var certificate in new[] { expired, ownExpired, forged, server })
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => GetAsync(host, certificate, HttpVersion.Version11));
            await Assert.ThrowsAsync<GrpcStatusException>(() => CallAsync(host, certificate));
        }
    }

    [Fact]
    public void One_whose_authority_does_not_answer_is_refused_by_policy()
    {
        // Nobody answers where this authority's list is said to be.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=portal", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            CertificateRevocationListBuilder.BuildCrlDistributionPointExtension(["http://127.0.0.1:1/list.crl"]));
        using var certificate = request.Create(_authority, _now.AddHours(-1), _now.AddMinutes(30), [1, 2, 3]);

        Assert.Equal(CertificateVerdict.FromAuthority, Judge(RevocationPolicy.Off));
        Assert.Equal(CertificateVerdict.FromAuthority, Judge(RevocationPolicy.WhenKnown));
        Assert.Equal(CertificateVerdict.RevocationUnknown, Judge(RevocationPolicy.Required));

        CertificateVerdict Judge(RevocationPolicy policy)
            => new ClientCertificateTrust([_authority], policy, TimeProvider.System).Judge(certificate, []);
    }

    public void Dispose()
    {
        _authority.Dispose();
        File.Delete(_file);
    }

    private Task<PeerHost> StartAsync(string mode) => PeerHost.StartAsync(
        new ListenSettings { ClientCertificates = mode, ClientCertificateAuthorities = _file }, isTls: true);

    private static async Task<string> GetAsync(PeerHost host, X509Certificate2? certificate, Version version)
    {
        using var client = new HttpClient(host.Handler(certificate: certificate))
        {
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        return await client.GetStringAsync(
            new Uri($"https://127.0.0.1:{host.RestPort}/"), TestContext.Current.CancellationToken);
    }

    private static async Task<string> CallAsync(PeerHost host, X509Certificate2? certificate)
    {
        using var channel = new GrpcChannel(
            new Uri($"https://127.0.0.1:{host.GrpcPort}"),
            new GrpcChannelOptions { Handler = host.Handler(certificate: certificate) });
        return (await channel.UnaryAsync<Proto.ServiceInfoRequest, Proto.ServiceInfoResponse>(
            Proto.ServiceReflection.Descriptor.Services[0].FindMethodByName("Info"),
            new Proto.ServiceInfoRequest(),
            cancellationToken: TestContext.Current.CancellationToken)).Message.Description;
    }
}
