using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Factors;
using Appliance.Server.Hosting;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Enrolments;
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

    /// <summary>
    /// What is sent and shown: links, codes, PINs, new passwords and new TOTP secrets, handles, a client's secret.
    /// </summary>
    /// <param name="spool">Where messages go; the one place that may hold what is sent.</param>
    /// <param name="mail">The signer's address.</param>
    /// <param name="phone">The signer's telephone.</param>
    /// <param name="pin">The signer's PIN.</param>
    /// <param name="client">A client that may do everything, and its secret.</param>
    public async Task PlayEnrolmentAsync(
        Spool spool, string mail, string phone, string pin, (string Id, string Secret) client)
    {
        search.Add("PIN", pin);
        search.Add("client secret", client.Secret);
        var login = await PostAsync("/csc/v2/auth/login", "{}", signer.Basic.ToString());
        var bearer = "Bearer " + Noted("second access token", login.GetProperty("access_token").GetString()!);
        await PlayClientAsync(client);
        await PlayPinAsync(bearer, pin);
        await PlayApprovalAsync(bearer, spool, mail);

        await PostAsync("/factors/v1/invite", "{}", bearer);
        var link = Noted("pairing link", await spool.NextLinkAsync("pairing-link", mail));
        await PostAsync("/factors/v1/open", $$"""{"link":"{{link}}"}""", null);
        var code = Noted("pairing code", await spool.NextCodeAsync("pairing-code", phone));
        var paired = await PostAsync("/factors/v1/confirm", $$"""{"link":"{{link}}","code":"{{code}}"}""", null);
        var secret = Noted("new TOTP secret", paired.GetProperty("secret").GetString()!);
        search.Add(new Secret("new TOTP secret's bytes", Base32.Decode(secret)));
        var first = Noted("first code", OneTime.Code(secret, now()));
        await PostAsync("/factors/v1/activate", $$"""{"link":"{{link}}","code":"{{first}}"}""", null);

        await PostAsync("/signers/v1/recover", $$"""{"userName":"{{signer.User}}"}""", null);
        link = Noted("recovery link", await spool.NextLinkAsync("recovery-link", mail));
        await PostAsync("/factors/v1/send", $$"""{"link":"{{link}}"}""", null);
        code = Noted("recovery code", await spool.NextCodeAsync("recovery-code", phone));
        await PostAsync("/factors/v1/confirm", $$"""{"link":"{{link}}","code":"{{code}}"}""", null);
        var password = Noted("new password", "another horse 3");
        await PostAsync("/signers/v1/password/finish", $$"""{"link":"{{link}}","password":"{{password}}"}""", null);
        login = await PostAsync("/csc/v2/auth/login", "{}", Basic(signer.User, password));
        Noted("last access token", login.GetProperty("access_token").GetString()!);
        foreach (var spent in new[] { link, code, secret, password })
        {
            await PostAsync("/factors/v1/confirm", $$"""{"link":{"a":"{{spent}}"},"code":["{{spent}}""", spent);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task PlayClientAsync((string Id, string Secret) client)
    {
        var wrong = Noted("wrong client secret", Convert.ToBase64String(RandomNumberGenerator.GetBytes(24)));
        foreach (var secret in new[] { wrong, client.Secret })
        {
            using var response = await _http.PostAsync(
                "/oauth2/token",
                new FormUrlEncodedContent(
                [
                    new("grant_type", "client_credentials"), new("client_id", client.Id), new("client_secret", secret),
                ]),
                TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            if (response.IsSuccessStatusCode)
            {
                Noted("client's token", JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString()!);
            }
        }
    }

    private async Task PlayPinAsync(string bearer, string pin)
    {
        foreach (var given in new[] { Noted("wrong PIN", "860319"), pin })
        {
            var answer = await PostAsync("/csc/v2/credentials/authorize", Authorization(1, "PIN", given), bearer);
            Assert.Equal(given == pin, answer.TryGetProperty("SAD", out var sad));
            if (given == pin)
            {
                Noted("SAD of a PIN", sad.GetString()!);
            }
        }
    }

    private async Task PlayApprovalAsync(string bearer, Spool spool, string mail)
    {
        var asked = await PostAsync("/csc/v2/credentials/authorize", Authorization(2, "APPROVAL", null), bearer);
        var handle = Noted("handle", asked.GetProperty("handle").GetString()!);
        var link = Noted("approval link", await spool.NextLinkAsync("approval-link", mail));
        await PostAsync("/approvals/v1/show", $$"""{"link":"{{link}}"}""", null);
        var approved = await PostAsync("/approvals/v1/approve", $$"""{"link":"{{link}}"}""", null);
        Assert.Equal("approved", approved.GetProperty("state").GetString());
        var check = await PostAsync("/csc/v2/credentials/authorizeCheck", $$"""{"handle":"{{handle}}"}""", bearer);
        Noted("approved SAD", check.GetProperty("SAD").GetString()!);
    }

    private string Authorization(int credential, string id, string? value) => $$"""
        {"credentialID":"{{signer.Credentials[credential]}}","numSignatures":1,"hashes":["{{_hash}}"],
        "hashAlgorithmOID":"2.16.840.1.101.3.4.2.1",
        "authData":[{"id":"{{id}}"{{(value is null ? "" : $",\"value\":\"{value}\"")}}}]}
        """;

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
