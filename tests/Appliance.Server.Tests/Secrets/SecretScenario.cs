using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Factors;
using Appliance.Server.Hosting;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Secrets;

/// <summary>
/// What people do who have secrets, and what goes wrong with them: each is given in its place, in wrong places, and in
/// requests that fail. Every secret given or got is noted for the search.
/// </summary>
internal sealed class SecretScenario(
    ReadyDocument ready, TestSigner signer, Func<DateTimeOffset> now, SecretSearch search) : IDisposable
{
    private static readonly string[] s_methods =
        ["credentials/list", "credentials/info", "credentials/authorize", "signatures/signHash", "auth/revoke"];

    private readonly string _hash = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly HttpClient _http = new() { BaseAddress = new Uri(ready.Rest) };

    /// <summary>Which of the signer's credentials; one with P-256.</summary>
    public int Credential { get; init; }

    public async Task PlayAsync()
    {
        search.Add("password", signer.Password);
        search.Add("TOTP secret", signer.Secret);
        search.Add(new Secret("TOTP secret's bytes", Base32.Decode(signer.Secret)));
        await PostAsync("/csc/v2/auth/login", "{}", Basic(signer.User, Noted("wrong password", "battery staple")));
        var login = await PostAsync("/csc/v2/auth/login", """{"rememberMe":true}""", signer.Basic.ToString());
        var access = Noted("access token", login.GetProperty("access_token").GetString()!);
        var refresh = Noted("refresh token", login.GetProperty("refresh_token").GetString()!);
        var sad = await AuthorizeAsync(access);
        await SignAsync(access, sad);
        await MisplaceAsync(access, [access, refresh, sad, signer.Password, signer.Secret]);
        await PostAsync("/csc/v2/auth/login", $$"""{"refresh_token":"{{refresh}}"}""", null);
        await PostAsync("/csc/v2/auth/revoke", $$"""{"token":"{{access}}"}""", "Bearer " + access);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> AuthorizeAsync(string access)
    {
        var wrong = Noted("wrong code", OneTime.Code(signer.Secret, now().AddDays(1)));
        var right = Noted("code", OneTime.Code(signer.Secret, now()));
        await PostAsync("/csc/v2/credentials/authorize", Authorization(wrong), "Bearer " + access);
        var answer = await PostAsync("/csc/v2/credentials/authorize", Authorization(right), "Bearer " + access);
        return Noted("SAD", answer.GetProperty("SAD").GetString()!);
    }

    private string Authorization(string code) => $$"""
        {"credentialID":"{{signer.Credentials[Credential]}}","numSignatures":1,"hashes":["{{_hash}}"],
        "hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","authData":[{"id":"OTP","value":"{{code}}"}]}
        """;

    private async Task SignAsync(string access, string sad)
    {
        var body = $$"""
            {"credentialID":"{{signer.Credentials[Credential]}}","SAD":"{{sad}}","hashes":["{{_hash}}"],
            "hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","signAlgo":"1.2.840.10045.4.3.2"}
            """;
        var first = await PostAsync("/csc/v2/signatures/signHash", body, "Bearer " + access);
        Assert.True(first.TryGetProperty("signatures", out _), first.ToString());
        var again = await PostAsync("/csc/v2/signatures/signHash", body, "Bearer " + access);
        Assert.True(again.TryGetProperty("error", out _), again.ToString());
    }

    /// <summary>Where no secret belongs, and cut off, so that a parser's message may want to show it.</summary>
    private async Task MisplaceAsync(string access, string[] secrets)
    {
        foreach (var secret in secrets)
        {
            foreach (var method in s_methods)
            {
                var path = "/csc/v2/" + method;
                await PostAsync(path, $$"""{"credentialID":"{{secret}}","SAD":{"a":"{{secret}}""", "Bearer " + access);
                await PostAsync(path, $$"""{"{{secret}}":"{{secret}}","clientData":["{{secret}}"]}""", secret);
            }

            await SendRawAsync($"POST /csc/v2/{secret} {secret} HTTP/1.1\r\nHost: x\r\n\r\n");
            await SendRawAsync($"POST /csc/v2/info HTTP/1.1\r\nHost: x\r\nAuthorization Bearer {secret}\r\n\r\n");
            await SendRawAsync($"POST /csc/v2/info HTTP/1.1\r\nHost: x\r\nContent-Length: {secret}\r\n\r\n");
            await SendGrpcAsync("/csc.v2.Signatures/SignHash", "\0\0\0\0\u0020" + secret, "Bearer " + secret);
            await SendGrpcAsync("/csc.v2." + Uri.EscapeDataString(secret), secret, "Bearer " + access);
            await PostAsync("/csc/v2/" + secret, "{}", "Bearer " + access + secret);
            await PostAsync("/csc/v2/credentials/list?token=" + Uri.EscapeDataString(secret), secret, null);
        }
    }

    /// <summary>What no gRPC client would send.</summary>
    private async Task SendGrpcAsync(string path, string body, string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(ready.Grpc), path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var headers = response.TrailingHeaders.TryGetValues("grpc-status", out var status)
            ? status
            : response.Headers.GetValues("grpc-status");
        Assert.NotEqual("0", Assert.Single(headers), StringComparer.Ordinal);
    }

    /// <summary>What no HTTP client would send; answered 400 and closed.</summary>
    private async Task SendRawAsync(string text)
    {
        var address = new Uri(ready.Rest);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
    }

    private async Task<JsonElement> PostAsync(string path, string body, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private string Noted(string name, string secret)
    {
        search.Add(name, secret);
        return secret;
    }

    private static string Basic(string user, string password) => new AuthenticationHeaderValue(
        "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))).ToString();
}
