using System.Security.Cryptography;
using Appliance.Storage;

namespace Appliance.Identity.Tests;

/// <summary>private_key_jwt (RFC 7523), with JWTs made by hand.</summary>
public sealed class AssertionTests : IAsyncDisposable
{
    private static readonly string[] s_critical = ["b64"];

    private readonly ClientBench _bench = new();
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);

    public ValueTask DisposeAsync()
    {
        _rsa.Dispose();
        _p256.Dispose();
        _p384.Dispose();
        return _bench.DisposeAsync();
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    public async Task An_assertion_by_the_clients_key_gives_a_token_once(string algorithm)
    {
        var client = await ClientWithAllKeysAsync();
        var assertion = Make(algorithm, _bench.Claims(client.Id));

        Assert.Equal(ClientAuthenticationStatus.Ok, (await _bench.IssueAsync(assertion)).Status);

        Assert.Equal(ClientAuthenticationStatus.AssertionRefused, (await _bench.IssueAsync(assertion)).Status);
        Assert.Equal(
            ClientAuthenticationStatus.Ok,
            (await _bench.IssueAsync(Make(algorithm, _bench.Claims(client.Id)), client.Id)).Status);
        Assert.Equal(
            ClientAuthenticationStatus.AssertionRefused,
            (await _bench.IssueAsync(Make(algorithm, _bench.Claims(client.Id)), Guid.CreateVersion7())).Status);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS256")]
    [InlineData("RS1")]
    [InlineData("ES512")]
    [InlineData("EdDSA")]
    public async Task Neither_nothing_nor_a_mac_is_a_signature(string algorithm)
    {
        var client = await ClientWithAllKeysAsync();
        var publicKey = _rsa.ExportSubjectPublicKeyInfo();
        Func<byte[], byte[]>[] signatures =
        [
            _ => [], content => HMACSHA256.HashData(publicKey, content),
            content => _rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        ];

        foreach (var sign in signatures)
        {
            var assertion = ClientBench.Jwt(new { alg = algorithm }, _bench.Claims(client.Id), sign);
            Assert.Equal(ClientAuthenticationStatus.AssertionRefused, (await _bench.IssueAsync(assertion)).Status);
        }
    }

    [Theory]
    [InlineData("iss", "018f0000-0000-7000-8000-000000000000")]
    [InlineData("sub", "somebody")]
    [InlineData("aud", "https://elsewhere.example.com/oauth2/token")]
    [InlineData("aud", "")]
    [InlineData("jti", "")]
    [InlineData("exp", "soon")]
    [InlineData("iss", null)]
    [InlineData("sub", null)]
    [InlineData("aud", null)]
    [InlineData("exp", null)]
    [InlineData("jti", null)]
    public async Task A_claim_that_is_missing_or_wrong_refuses_it(string name, string? value)
    {
        var client = await ClientWithAllKeysAsync();
        var claims = _bench.Claims(client.Id);
        if (value is null)
        {
            claims.Remove(name);
        }
        else
        {
            claims[name] = value;
        }

        Assert.Equal(
            ClientAuthenticationStatus.AssertionRefused, (await _bench.IssueAsync(Make("ES256", claims))).Status);
    }

    [Theory]
    [InlineData("exp", 1, true)]
    [InlineData("exp", 299, true)]
    [InlineData("exp", 330, true)]
    [InlineData("exp", 331, false)]
    [InlineData("exp", -29, true)]
    [InlineData("exp", -30, false)]
    [InlineData("nbf", 30, true)]
    [InlineData("nbf", 31, false)]
    [InlineData("iat", -1000, true)]
    [InlineData("iat", 30, true)]
    [InlineData("iat", 31, false)]
    public async Task An_assertion_has_its_time_within_the_skew_of_clocks(string name, int seconds, bool isGood)
    {
        var client = await ClientWithAllKeysAsync();
        var claims = _bench.Claims(client.Id);
        claims[name] = _bench.Base.Time.GetUtcNow().ToUnixTimeSeconds() + seconds;

        Assert.Equal(
            isGood ? ClientAuthenticationStatus.Ok : ClientAuthenticationStatus.AssertionRefused,
            (await _bench.IssueAsync(Make("ES256", claims))).Status);
    }

    [Fact]
    public async Task An_audience_among_others_is_enough()
    {
        var client = await ClientWithAllKeysAsync();
        var claims = _bench.Claims(client.Id);
        claims["aud"] = new[] { "https://elsewhere.example.com", ClientBench.Audience };

        Assert.Equal(ClientAuthenticationStatus.Ok, (await _bench.IssueAsync(Make("ES256", claims))).Status);
    }

    [Fact]
    public async Task A_critical_header_or_a_changed_claim_refuses_it()
    {
        var client = await ClientWithAllKeysAsync();
        var critical = ClientBench.Jwt(
            new { alg = "ES256", crit = s_critical }, _bench.Claims(client.Id), SignP256);
        Assert.Equal(ClientAuthenticationStatus.AssertionRefused, (await _bench.IssueAsync(critical)).Status);

        var parts = Make("ES256", _bench.Claims(client.Id)).Split('.');
        var changed = string.Join('.', parts[0], ClientBench.Part(_bench.Claims(client.Id)), parts[2]);
        Assert.Equal(ClientAuthenticationStatus.AssertionRefused, (await _bench.IssueAsync(changed)).Status);
        foreach (var text in new[] { "", ".", "..", "a.b.c", new string('a', 10_000), parts[0] + "." + parts[1] + "." })
        {
            Assert.Equal(ClientAuthenticationStatus.AssertionRefused, (await _bench.IssueAsync(text)).Status);
        }
    }

    [Fact]
    public async Task Another_clients_key_and_an_unknown_client_are_one_answer()
    {
        var client = await _bench.AddAsync();
        await AddKeyAsync(client.Id, _rsa.ExportSubjectPublicKeyInfo(), "");

        Assert.Equal(
            ClientAuthenticationStatus.AssertionRefused,
            (await _bench.IssueAsync(Make("ES256", _bench.Claims(client.Id)))).Status);
        Assert.Equal(
            ClientAuthenticationStatus.AssertionRefused,
            (await _bench.IssueAsync(Make("ES256", _bench.Claims(Guid.CreateVersion7())))).Status);
    }

    [Fact]
    public async Task The_kid_chooses_the_key_and_a_key_of_a_weak_size_is_not_registered()
    {
        var client = await _bench.AddAsync();
        await AddKeyAsync(client.Id, _p256.ExportSubjectPublicKeyInfo(), "now");

        Assert.Equal(
            ClientAuthenticationStatus.AssertionRefused,
            (await _bench.IssueAsync(
                ClientBench.Jwt(new { alg = "ES256", kid = "then" }, _bench.Claims(client.Id), SignP256))).Status);
        Assert.Equal(
            ClientAuthenticationStatus.Ok,
            (await _bench.IssueAsync(
                ClientBench.Jwt(new { alg = "ES256", kid = "now" }, _bench.Claims(client.Id), SignP256))).Status);

        using var weak = RSA.Create(1024);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        foreach (var key in new[] { weak.ExportSubjectPublicKeyInfo(), other.ExportSubjectPublicKeyInfo(), [1, 2] })
        {
            Assert.Equal(
                DirectoryFault.ClientInvalid,
                (await Assert.ThrowsAsync<DirectoryException>(() => AddKeyAsync(client.Id, key, ""))).Fault);
        }
    }

    [Fact]
    public async Task Of_one_assertion_many_times_at_once_one_is_taken()
    {
        var client = await ClientWithAllKeysAsync();
        var assertion = Make("ES256", _bench.Claims(client.Id));

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _bench.IssueAsync(assertion)));

        Assert.Single(results, result => result.Status == ClientAuthenticationStatus.Ok);
    }

    [Fact]
    public async Task Without_a_configured_audience_no_assertion_is_taken()
    {
        var client = await ClientWithAllKeysAsync();
        var service = new ClientAuthentication(
            _bench.Base.Store, _bench.Base.Commits, _bench.Rows, _bench.Tokens, new ClientOptions(), _bench.Base.Time);
        var proof = new ClientProof { Assertion = Make("ES256", _bench.Claims(client.Id)) };

        Assert.Equal(
            ClientAuthenticationStatus.AssertionRefused, (await service.IssueAsync(proof, ClientBench.Test)).Status);
    }

    [Fact]
    public async Task Used_assertions_are_swept_when_nobody_would_take_them()
    {
        var client = await ClientWithAllKeysAsync();
        await _bench.IssueAsync(Make("ES256", _bench.Claims(client.Id)));
        var now = _bench.Base.Time.GetUtcNow().ToUnixTimeMilliseconds();

        Assert.Equal(0, await _bench.Base.Write(c => new AssertionSweep().Apply(c, now + 89_000, 10)));
        Assert.Equal(1, await _bench.Base.Write(c => new AssertionSweep().Apply(c, now + 92_000, 10)));
    }

    private async Task<ClientRow> ClientWithAllKeysAsync()
    {
        var client = await _bench.AddAsync();
        await AddKeyAsync(client.Id, _rsa.ExportSubjectPublicKeyInfo(), "");
        await AddKeyAsync(client.Id, _p256.ExportSubjectPublicKeyInfo(), "");
        await AddKeyAsync(client.Id, _p384.ExportSubjectPublicKeyInfo(), "");
        return client;
    }

    private Task<ClientSecretRow> AddKeyAsync(Guid client, byte[] key, string keyId)
        => _bench.Secrets.AddKeyAsync(client, key, keyId, TimeSpan.FromDays(1), ClientBench.Test);

    private string Make(string algorithm, object claims)
        => ClientBench.Jwt(new { alg = algorithm, typ = "JWT" }, claims, algorithm switch
        {
            "RS256" => content => _rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "PS256" => content => _rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            "ES256" => SignP256,
            _ => content => _p384.SignData(content, HashAlgorithmName.SHA384),
        });

    private byte[] SignP256(byte[] content) => _p256.SignData(content, HashAlgorithmName.SHA256);
}
