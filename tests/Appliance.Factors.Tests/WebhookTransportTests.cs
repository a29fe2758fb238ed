using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using Appliance.Factors.Tests.Notifying;

namespace Appliance.Factors.Tests;

public sealed class WebhookTransportTests
{
    private static readonly Guid s_ana = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

    [Fact]
    public async Task A_message_is_posted_as_JSON_with_a_signature_of_Standard_Webhooks()
    {
        await using var bench = new NoticeBench();
        using var end = new WebhookEnd();
        var old = RandomNumberGenerator.GetBytes(24);
        using var way = end.Connect(bench.Time, end.Secret, old);
        var node = bench.Node(way);
        bench.Enqueue(s_ana, "123456", TimeSpan.FromMinutes(10));

        await NoticeBench.StepAsync(node);

        var call = Assert.Single(end.Calls);
        Assert.Equal("POST /notices", $"{call.Method} {call.Path}");
        Assert.Equal("application/json", call.Headers["Content-Type"]);
        Assert.Equal(call.Json.GetProperty("id").GetString(), call.Headers["webhook-id"]);
        Assert.Equal(call.Headers["webhook-id"], call.Headers["Idempotency-Key"]);
        Assert.Equal(
            bench.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            call.Headers["webhook-timestamp"]);
        Assert.Equal(
            $"v1,{await SignInPythonAsync(call, end.Secret)} v1,{await SignInPythonAsync(call, old)}",
            call.Headers["webhook-signature"]);
        Assert.Equal("pairing-code", call.Json.GetProperty("kind").GetString());
        Assert.Equal("sms", call.Json.GetProperty("channel").GetString());
        Assert.Equal("+40721123456", call.Json.GetProperty("to").GetString());
        Assert.Equal("123456", call.Json.GetProperty("values").GetProperty("code").GetString());
        Assert.StartsWith("Semnare: 123456 is", call.Json.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            bench.Time.GetUtcNow().AddMinutes(10).ToUnixTimeMilliseconds(),
            call.Json.GetProperty("expiresAt").GetDateTimeOffset().ToUnixTimeMilliseconds());
        Assert.False(call.Json.TryGetProperty("subject", out _));
    }

    [Fact]
    public async Task What_may_pass_is_tried_again_and_what_cannot_is_given_up()
    {
        var later = new[] { 301, 302, 307, 401, 403, 404, 408, 409, 425, 429, 500, 502, 503, 504 };
        var never = new[] { 400, 405, 410, 411, 413, 414, 415, 422 };
        foreach (var status in later.Concat(never).Concat([200, 202, 204]))
        {
            await using var bench = new NoticeBench();
            using var end = new WebhookEnd
            {
                Answer = (_, response) =>
                {
                    response.AddHeader("Location", "/elsewhere");
                    return status;
                },
            };
            using var way = end.Connect(bench.Time);
            bench.Enqueue(s_ana, "123456");

            await NoticeBench.StepAsync(bench.Node(way));

            Assert.Single(end.Calls);
            Assert.Equal(later.Contains(status) ? 1 : 0, bench.Waiting());
            Assert.Equal(
                never.Contains(status) ? 1 : 0,
                bench.Reports.Count(report => report.Detail.EndsWith($": http-{status}", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_secret_that_changes_takes_effect_at_the_next_message()
    {
        await using var bench = new NoticeBench();
        using var end = new WebhookEnd();
        var file = bench.PathOf("secret");
        await File.WriteAllTextAsync(file, Line(end.Secret), NoticeBench.Test);
        using var way = new WebhookTransport(
            new WebhookOptions { Url = end.Url, Secrets = () => WebhookTransport.ReadSecrets(file) }, bench.Time);
        var node = bench.Node(way);
        bench.Enqueue(s_ana, "100001");
        bench.Enqueue(s_ana, "100002");
        bench.Enqueue(s_ana, "100003");
        await NoticeBench.StepAsync(node);
        await File.WriteAllTextAsync(file, Line(new byte[32]) + Line(end.Secret), NoticeBench.Test);
        await NoticeBench.StepAsync(node);
        File.Delete(file);
        await NoticeBench.StepAsync(node);

        Assert.Equal([1, 2], end.Calls.Select(call => call.Headers["webhook-signature"].Split(' ').Length));
        Assert.Equal("secret-file", node.Status.LastFault);
        Assert.Equal(1, bench.Waiting());
    }

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_QUJD")]
    [InlineData("c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0")]
    [InlineData("whsec_%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%")]
    public void What_is_no_secret_is_refused_and_not_repeated(string text)
    {
        var error = Assert.Throws<FormatException>(() => WebhookSignature.Parse(text));
        Assert.True(text.Length == 0 || !error.Message.Contains(text, StringComparison.Ordinal) || text == "whsec_");
    }

    [Fact]
    public async Task A_server_that_cannot_prove_its_name_gets_nothing()
    {
        await using var bench = new NoticeBench();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var certificate = TestCertificates.SelfSigned("localhost");
        var received = ReceiveAsync(listener, certificate);
        using var way = new WebhookTransport(
            new WebhookOptions
            {
                Url = new Uri($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/"),
                Secrets = () => [new byte[32]],
            },
            bench.Time);
        var node = bench.Node(way);
        bench.Enqueue(s_ana, "100001");

        await NoticeBench.StepAsync(node);

        Assert.Equal("tls", node.Status.LastFault);
        Assert.Equal(0, await received);
        Assert.Equal(1, bench.Waiting());
    }

    private static async Task<int> ReceiveAsync(
        TcpListener listener, System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync(NoticeBench.Test);
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(certificate);
            return await tls.ReadAsync(new byte[100], NoticeBench.Test);
        }
        catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
        {
            return 0;
        }
    }

    private static string Line(byte[] secret) => $"whsec_{Convert.ToBase64String(secret)}\n";

    /// <summary>The signature by code that is not ours: of id, timestamp and body, as specified.</summary>
    private static async Task<string> SignInPythonAsync(WebhookCall call, byte[] secret)
    {
        const string Script = "import sys,hmac,hashlib,base64;d=sys.stdin.buffer.read();"
            + "k=base64.b64decode(sys.argv[1]);h=(sys.argv[2]+'.'+sys.argv[3]+'.').encode();"
            + "print(base64.b64encode(hmac.new(k,h+d,hashlib.sha256).digest()).decode())";
        using var python = Process.Start(new ProcessStartInfo
        {
            FileName = "python3",
            ArgumentList =
            {
                "-c", Script, Convert.ToBase64String(secret), call.Headers["webhook-id"],
                call.Headers["webhook-timestamp"],
            },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await python.StandardInput.BaseStream.WriteAsync(call.Body, NoticeBench.Test);
        python.StandardInput.Close();
        var printed = await python.StandardOutput.ReadToEndAsync(NoticeBench.Test);
        await python.WaitForExitAsync(NoticeBench.Test);
        Assert.Equal(0, python.ExitCode);
        return printed.Trim();
    }
}
