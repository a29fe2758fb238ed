using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Grpc.Client;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;
using Google.Protobuf;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Processes;

/// <summary>
/// A portal at a server process, from `client create` to a signature: what docs/clients.md tells, by secret over REST
/// and by assertion over gRPC.
/// </summary>
public sealed class ClientProcessTests
{
    private const string Import = """
        [{"user":"acme","name":"Acme","password":"correct horse 1","kind":"organisation",
          "credentials":[{"algorithm":"P-256","multisign":100,"factors":"none"}]}]
        """;

    [Fact]
    public async Task A_portal_seals_by_a_secret_over_REST_and_by_an_assertion_over_gRPC()
    {
        using var installation = new Installation();
        (await installation.RunAsync("init")).Succeeded();
        var file = installation.PathOf("signers.json");
        await File.WriteAllTextAsync(file, Import, TestContext.Current.CancellationToken);
        var acme = new TestSigner((await installation.JsonAsync($"signer import {file}"))[0]);
        using var server = await ServeProcess.StartAsync(
            installation, "--set", "Info:OAuth2=https://sign.example.com/");
        Assert.NotNull(server.Ready);

        // The commands go to the server, which knows the new client from then on.
        var id = (await installation.JsonAsync(
            "client create --client portal --organisation acme --reach organisation")).Text("id");
        var secret = (await installation.JsonAsync("client secret add --client portal")).Text("secret");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(
            installation.PathOf("key.pem"), key.ExportSubjectPublicKeyInfoPem(), TestContext.Current.CancellationToken);
        (await installation.RunAsync($"client key add --client portal --file {installation.PathOf("key.pem")}"))
            .Succeeded();

        using var portal = new RestClient(server.Ready.Rest);
        var token = await portal.TokenAsync(id, secret);
        await SealAsync(portal, token, acme);
        await SealAsync(server.Ready.Grpc, await ByAssertionAsync(server.Ready.Rest, id, key), acme);

        (await installation.RunAsync("client end --client portal")).Succeeded();
        Assert.Equal(401, (await portal.CallAsync(token, "credentials/list", new { })).Status);
        server.Terminate();
        var ended = await server.EndAsync();
        ended.Succeeded();
        Assert.DoesNotContain(secret, ended.Output + ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(token, ended.Output + ended.Error, StringComparison.Ordinal);
    }

    private static async Task SealAsync(RestClient portal, string token, TestSigner acme)
    {
        var hash = RandomNumberGenerator.GetBytes(32);
        var listed = await portal.CallAsync(token, "credentials/list", new { });
        var credential = Assert.Single(listed.Json.GetProperty("credentialIDs").EnumerateArray()).GetString()!;
        Assert.Equal(acme.Credentials[0], credential);
        var authorized = await portal.CallAsync(token, "credentials/authorize", new
        {
            credentialID = credential,
            numSignatures = 1,
            hashes = new[] { Convert.ToBase64String(hash) },
            hashAlgorithmOID = "2.16.840.1.101.3.4.2.1",
            authData = Array.Empty<object>(),
        });
        var signed = await portal.CallAsync(token, "signatures/signHash", new
        {
            credentialID = credential,
            SAD = authorized.Json.GetProperty("SAD").GetString(),
            hashes = new[] { Convert.ToBase64String(hash) },
            signAlgo = "1.2.840.10045.4.3.2",
        });
        Verify(acme, hash, Convert.FromBase64String(signed.Json.GetProperty("signatures")[0].GetString()!));
    }

    private static async Task SealAsync(string address, string token, TestSigner acme)
    {
        using var channel = new GrpcChannel(new Uri(address));
        var options = new GrpcCallOptions { Metadata = new() { { "authorization", "Bearer " + token } } };
        var hash = RandomNumberGenerator.GetBytes(32);
        var authorized = await channel.UnaryAsync<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(
            Proto.CredentialsReflection.Descriptor.Services[0].FindMethodByName("Authorize"),
            new Proto.AuthorizeRequest
            {
                CredentialId = acme.Credentials[0],
                NumSignatures = 1,
                Hashes = { ByteString.CopyFrom(hash) },
                HashAlgorithmOid = "2.16.840.1.101.3.4.2.1",
            },
            options,
            cancellationToken: TestContext.Current.CancellationToken);
        var signed = await channel.UnaryAsync<Proto.SignHashRequest, Proto.SignHashResponse>(
            Proto.SignaturesReflection.Descriptor.Services[0].FindMethodByName("SignHash"),
            new Proto.SignHashRequest
            {
                CredentialId = acme.Credentials[0],
                Sad = authorized.Message.Sad,
                Hashes = { ByteString.CopyFrom(hash) },
                SignAlgo = "1.2.840.10045.4.3.2",
            },
            options,
            cancellationToken: TestContext.Current.CancellationToken);
        Verify(acme, hash, signed.Message.Signatures[0].ToByteArray());
    }

    private static async Task<string> ByAssertionAsync(string address, string id, ECDsa key)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iss"] = id,
            ["sub"] = id,
            ["aud"] = "https://sign.example.com/oauth2/token",
            ["exp"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 60,
            ["jti"] = Guid.NewGuid().ToString("N"),
        };
        var content = Part(new { alg = "ES256", typ = "JWT" }) + "." + Part(claims);
        var signature = key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256);
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"),
            new("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            new("client_assertion", $"{content}.{Base64Url.EncodeToString(signature)}"),
        ]);
        using var answer = await http.PostAsync("/oauth2/token", form, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString()!;

        static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
    }

    private static void Verify(TestSigner acme, byte[] hash, byte[] signature)
    {
        using var certificate = acme.Certificate(0);
        using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions
            .GetECDsaPublicKey(certificate)!;
        Assert.True(key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence));
    }
}
