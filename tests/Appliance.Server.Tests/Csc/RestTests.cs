using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Csc;

/// <summary>The REST wire of the running appliance: what goes well.</summary>
public sealed class RestTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    [Theory]
    [InlineData("/csc/v1/info", "1.0.4.0")]
    [InlineData("/csc/v2/info", "2.2.0.0")]
    [InlineData("//csc//v2/info/", "2.2.0.0")]
    public async Task Info_needs_no_authorization_and_minds_none(string path, string specs)
    {
        foreach (var authorization in new[] { null, "Bearer stale", "garbage" })
        {
            foreach (var body in new[] { "", "{}", "{\"lang\":\"ro-RO\"}" })
            {
                var answer = await appliance.PostAsync(path, body, authorization);
                Assert.Equal(specs, answer.Json.GetProperty("specs").GetString());
            }
        }
    }

    [Fact]
    public async Task Info_takes_a_POST_without_any_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/csc/v1/info");
        Assert.Equal(200, (await appliance.SendAsync(request)).Status);
    }

    [Fact]
    public async Task A_login_is_refreshed_and_revoked_as_Laverca_does_it()
    {
        var login = (await appliance.PostAsync(
            "/csc/v1/auth/login", "{\"rememberMe\":true}", appliance.Ioana.Basic.ToString())).Json;
        Assert.Equal(86_400, login.GetProperty("expires_in").GetInt32());
        var refresh = login.GetProperty("refresh_token").GetString();

        var again = (await appliance.PostAsync(
            "/csc/v1/auth/login", $"{{\"rememberMe\":true,\"refresh_token\":\"{refresh}\"}}", null)).Json;
        var token = again.GetProperty("access_token").GetString();
        var bearer = "Bearer " + token;
        var listed = await appliance.PostAsync("/csc/v1/credentials/list", "{\"maxResults\":20}", bearer);
        Assert.Equal(200, listed.Status);

        using var revoke = new HttpRequestMessage(HttpMethod.Post, "/csc/v1/auth/revoke")
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
            Content = new StringContent(
                $"{{\"token\":\"{token}\",\"token_type_hint\":\"access_token\"}}", Encoding.UTF8, "application/json"),
        };
        var revoked = await appliance.SendAsync(revoke);
        Assert.Equal((204, ""), (revoked.Status, revoked.Text));
        var refused = await appliance.PostAsync("/csc/v1/credentials/list", "{}", bearer);
        refused.Refused(401, "expired_token", "The access token expired or was revoked");
        Assert.Contains("Bearer", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_listed_in_pages_by_version_1_and_whole_by_version_2()
    {
        var first = (await appliance.PostAsync("/csc/v1/credentials/list", "{\"maxResults\":2}")).Json;
        var token = first.GetProperty("nextPageToken").GetString();
        var second = (await appliance.PostAsync(
            "/csc/v1/credentials/list", $"{{\"maxResults\":2,\"pageToken\":\"{token}\"}}")).Json;
        var whole = (await appliance.PostAsync("/csc/v2/credentials/list", "{\"maxResults\":2}")).Json;

        Assert.False(second.TryGetProperty("nextPageToken", out _));
        Assert.False(whole.TryGetProperty("nextPageToken", out _));
        Assert.Equal(Ids(whole), [.. Ids(first), .. Ids(second)]);
        Assert.Equal([.. appliance.Ioana.Credentials.Order(StringComparer.Ordinal)], Ids(whole));
    }

    [Fact]
    public async Task A_list_tells_all_of_each_when_asked_as_the_EUDI_library_asks()
    {
        const string Body = "{\"credentialInfo\":true,\"certificates\":\"chain\",\"certInfo\":true,\"authInfo\":true,"
            + "\"onlyValid\":true,\"lang\":null,\"clientData\":null}";
        var list = (await appliance.PostAsync("/csc/v2/credentials/list", Body)).Json;

        Assert.True(list.GetProperty("onlyValid").GetBoolean());
        var entries = list.GetProperty("credentialInfos").EnumerateArray().ToList();
        Assert.Equal(Ids(list), [.. entries.Select(entry => entry.GetProperty("credentialID").GetString()!)]);
        foreach (var entry in entries)
        {
            var certificate = entry.GetProperty("cert");
            Assert.Contains("CN=Ioana Pop", certificate.GetProperty("subjectDN").GetString(), StringComparison.Ordinal);
            Assert.Equal(2, certificate.GetProperty("certificates").GetArrayLength());
            Assert.Equal(100, entry.GetProperty("multisign").GetInt32());
        }
    }

    [Fact]
    public async Task Version_1_signs_with_RSA_and_OpenSSLs_verifier_agrees()
    {
        var hashes = new[] { RunningAppliance.RandomHash(), RunningAppliance.RandomHash() };
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 0, 2, hashes);
        var answer = await appliance.PostAsync(
            "/csc/v1/signatures/signHash", SignHash(sad, 0, "1.2.840.113549.1.1.11", hashes));

        using var certificate = appliance.Ioana.Certificate(0);
        using var key = certificate.GetRSAPublicKey()!;
        var signatures = Signatures(answer.Json);
        for (var i = 0; i < hashes.Length; i++)
        {
            Assert.True(key.VerifyHash(hashes[i], signatures[i], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }
    }

    [Fact]
    public async Task Version_2_signs_with_ECDSA_in_DER_with_a_code_in_authData()
    {
        var hash = RunningAppliance.RandomHash();
        var id = appliance.Ioana.Credentials[1];
        var text = Convert.ToBase64String(hash).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var authorized = (await appliance.PostAsync(
            "/csc/v2/credentials/authorize",
            $$"""
            {"credentialID":"{{id}}","numSignatures":"1","hashes":"{{text}}",
            "hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","authData":[{"id":"OTP",
            "value":"{{appliance.FreshCode(appliance.Ioana)}}"}],"description":"A payslip"}
            """)).Json;
        Assert.Equal(3_600, authorized.GetProperty("expiresIn").GetInt32());
        var answer = await appliance.PostAsync(
            "/csc/v2/signatures/signHash",
            $$"""
            {"credentialID":"{{id}}","SAD":"{{authorized.GetProperty("SAD").GetString()}}",
            "hashes":["{{Convert.ToBase64String(hash)}}"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1",
            "signAlgo":"1.2.840.10045.4.3.2","signAlgoParams":null,"operationMode":"S"}
            """);

        using var certificate = appliance.Ioana.Certificate(1);
        using var key = certificate.GetECDsaPublicKey()!;
        Assert.True(key.VerifyHash(hash, Signatures(answer.Json)[0], DSASignatureFormat.Rfc3279DerSequence));
    }

    [Fact]
    public async Task SCAL1_signs_what_was_not_named_before()
    {
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 2, 2);
        var answer = await appliance.PostAsync(
            "/csc/v1/signatures/signHash",
            SignHash(sad, 2, "1.2.840.10045.4.3.2", RunningAppliance.RandomHash(), RunningAppliance.RandomHash()));

        Assert.Equal(2, Signatures(answer.Json).Count);
    }

    [Fact]
    public async Task The_nested_flow_brings_its_second_hash_by_extendTransaction()
    {
        byte[] first = RunningAppliance.RandomHash(), second = RunningAppliance.RandomHash();
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 1, 2, first);
        var one = await appliance.PostAsync(
            "/csc/v1/signatures/signHash", SignHash(sad, 1, "1.2.840.10045.4.3.2", first));
        Assert.Equal(200, one.Status);

        var extended = (await appliance.PostAsync(
            "/csc/v1/credentials/extendTransaction",
            $$"""
            {"credentialID":"{{appliance.Ioana.Credentials[1]}}","SAD":"{{sad}}",
            "hash":"[{{Convert.ToBase64String(second)}}]"}
            """)).Json;
        var renewed = extended.GetProperty("SAD").GetString()!;
        var two = await appliance.PostAsync(
            "/csc/v1/signatures/signHash", SignHash(renewed, 1, "1.2.840.10045.4.3.2", second));

        Assert.Equal(200, two.Status);
        Assert.NotEqual(sad, renewed, StringComparer.Ordinal);
        (await appliance.PostAsync("/csc/v1/signatures/signHash", SignHash(sad, 1, "1.2.840.10045.4.3.2", second)))
            .Refused(400, "invalid_request", "Invalid parameter SAD");
    }

    [Fact]
    public async Task Nothing_secret_is_logged_at_any_level()
    {
        var hash = RunningAppliance.RandomHash();
        var code = appliance.FreshCode(appliance.Mihai);
        var sad = (await appliance.PostAsync(
            "/csc/v1/credentials/authorize",
            $$"""
            {"credentialID":"{{appliance.Mihai.Credentials[1]}}","numSignatures":1,
            "hash":["{{Convert.ToBase64String(hash)}}"],"OTP":"{{code}}"}
            """,
            "Bearer " + appliance.Mihai.Token)).Json.GetProperty("SAD").GetString()!;
        var signed = await appliance.PostAsync(
            "/csc/v1/signatures/signHash",
            $$"""
            {"credentialID":"{{appliance.Mihai.Credentials[1]}}","SAD":"{{sad}}",
            "hash":["{{Convert.ToBase64String(hash)}}"],"signAlgo":"1.2.840.10045.4.3.2"}
            """,
            "Bearer " + appliance.Mihai.Token);
        Assert.Equal(200, signed.Status);
        appliance.Log.CreateLogger("planted").Log(
            Microsoft.Extensions.Logging.LogLevel.Trace, default, "a planted secret", null, static (text, _) => text);

        Assert.True(appliance.Log.Contains("planted secret"), "The search finds nothing, whatever is there.");
        Assert.True(appliance.Log.Contains("signatures/signHash"), "Nothing was logged of the request.");
        string[] secrets =
        [
            Commands.SoftHsmTokens.Pin, appliance.Mihai.Secret, appliance.Mihai.Password, appliance.Mihai.Token, sad,
            appliance.Ioana.Token, appliance.Ioana.Basic.Parameter!, $" {code} ", $"\"{code}\"",
        ];
        Assert.All(secrets, secret => Assert.False(appliance.Log.Contains(secret), "A secret was logged."));
    }

    private static IReadOnlyList<string> Ids(JsonElement list)
        => [.. list.GetProperty("credentialIDs").EnumerateArray().Select(id => id.GetString()!)];

    private static List<byte[]> Signatures(JsonElement answer)
        => [.. answer.GetProperty("signatures").EnumerateArray().Select(text => text.GetBytesFromBase64())];

    private string SignHash(string sad, int credential, string algorithm, params byte[][] hashes)
    {
        var list = string.Join(',', hashes.Select(hash => '"' + Convert.ToBase64String(hash) + '"'));
        return $$"""
            {"credentialID":"{{appliance.Ioana.Credentials[credential]}}","SAD":"{{sad}}",
            "hash":[{{list}}],"signAlgo":"{{algorithm}}"}
            """;
    }
}
