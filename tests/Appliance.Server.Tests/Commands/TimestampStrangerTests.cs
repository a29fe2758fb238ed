using System.Globalization;
using System.Security.Cryptography;
using Appliance.Server.Tests.Timestamps;
using Appliance.Timestamping;
using Microsoft.AspNetCore.Http;

namespace Appliance.Server.Tests.Commands;

/// <summary>`timestamp create` against an authority that is not ours, and that may not mean well.</summary>
public sealed class TimestampStrangerTests : IAsyncLifetime, IDisposable
{
    private readonly TsaDesk _desk = new();
    private OpenSslAuthority _tsa = null!;

    public async ValueTask InitializeAsync() => _tsa = await OpenSslAuthority.StartAsync();

    public ValueTask DisposeAsync() => _tsa.DisposeAsync();

    public void Dispose() => _desk.Dispose();

    [Theory]
    [InlineData("SHA256", null)]
    [InlineData("SHA384", "1.2.3.4.5")]
    public async Task A_time_stamp_of_openssl_is_written_and_verified(string hash, string? policy)
    {
        var file = _desk.Write("a");
        var ca = _desk.Write("ca.pem", System.Text.Encoding.ASCII.GetBytes(_tsa.Authority.Root.ExportCertificatePem()));

        (await TsaDesk.RunAsync(
            [.. Command(file), "--hash", hash, .. policy is null ? Array.Empty<string>() : ["--policy", policy]]))
            .Succeeded();

        var found = (await TsaDesk.RunAsync("timestamp", "verify", file, "--ca", ca, "--json")).Json()[0];
        Assert.Equal(("valid", "response"), (found.Text("verdict"), found.Text("kind")));
        Assert.Equal(policy ?? "1.2.3.4.1", found.GetProperty("token").Text("policy"));
        Assert.Equal(1.5, found.GetProperty("token").GetProperty("accuracy").GetDouble());
        Assert.Contains("Soft Unit", found.Text("signer"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_does_not_serve_it_says_in_its_words()
        => (await TsaDesk.RunAsync([.. Command(_desk.Write("a")), "--hash", "SHA3-256"])).Failed("badAlg");

    [Fact]
    public async Task The_access_token_goes_with_the_request()
    {
        var token = _desk.Write("token", "abc.def\n"u8.ToArray());

        (await TsaDesk.RunAsync([.. Command(_desk.Write("a")), "--access-token-file", token])).Succeeded();

        Assert.Equal("Bearer abc.def", Assert.Single(_tsa.Authorizations));
    }

    [Fact]
    public async Task Whoever_is_told_to_come_later_comes_later()
    {
        var calls = 0;
        _tsa.Before = http =>
        {
            var busy = ++calls < 4;
            http.Response.StatusCode = calls == 1 ? 503 : busy ? 429 : 200;
            http.Response.Headers.RetryAfter = "0";
            return Task.FromResult(busy);
        };

        (await TsaDesk.RunAsync(Command(_desk.Write("a")))).Succeeded();

        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task An_answer_to_another_request_is_refused_and_not_written()
    {
        var foreign = TimestampRequest.Create(
            HashAlgorithmName.SHA256, new byte[32], nonce: [1]);
        _tsa.Query = _ => foreign;
        (await TsaDesk.RunAsync(Command(_desk.Write("a")))).Failed("over another digest");

        // A token of another time over the same digest: what a replay would be.
        var same = TimestampRequest.Create(
            HashAlgorithmName.SHA256,
            SHA256.HashData("a"u8),
            nonce: [1]);
        _tsa.Query = _ => same;
        (await TsaDesk.RunAsync(Command(_desk.Write("a")))).Failed("another nonce");
        _tsa.Query = static query => query;
        _tsa.Response = static response =>
        {
            response[^1] ^= 1; // The last octet of an RSA signature.
            return response;
        };
        (await TsaDesk.RunAsync(Command(_desk.Write("a")))).Failed("its signature,");

        Assert.False(_desk.Has("a.tsr"));
    }

    [Theory]
    [InlineData(200, "text/html", "<html>hello</html>", "is no time-stamping authority: it answers with text/html")]
    [InlineData(200, "application/timestamp-reply", "nonsense", "is no time stamp (TimeStampResp)")]
    [InlineData(200, "application/timestamp-reply", "0\u0003\u0002\u0001\u0000", "is no time stamp (TimeStampResp)")]
    [InlineData(401, "application/json", """{"error_description":"who\u001b[2J are you"}""", "--access-token-file")]
    [InlineData(404, "text/plain", "", "No unit is served there")]
    [InlineData(302, "text/plain", "", "It points to http://elsewhere.example/")]
    [InlineData(500, "text/plain", "at System.Exception", "HTTP status 500.")]
    public async Task What_is_no_answer_is_one_sentence(int status, string type, string body, string because)
    {
        _tsa.Before = async http =>
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = type;
            http.Response.Headers.Location = "http://elsewhere.example/";
            await http.Response.WriteAsync(body, TestContext.Current.CancellationToken);
            return true;
        };

        var outcome = await TsaDesk.RunAsync(Command(_desk.Write("a")));

        outcome.Failed(because);
        Assert.DoesNotContain(outcome.Error.TrimEnd(), static letter => char.IsControl(letter));
        Assert.False(_desk.Has("a.tsr"));
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        _tsa.Before = async http =>
        {
            http.Response.ContentType = "application/timestamp-reply";
            var piece = new byte[64 * 1024];
            for (var i = 0; i < 100; i++)
            {
                await http.Response.Body.WriteAsync(piece, http.RequestAborted);
            }

            return true;
        };

        (await TsaDesk.RunAsync(Command(_desk.Write("a")))).Failed(
            string.Create(CultureInfo.InvariantCulture, $"answers with more than {256} KiB"));
    }

    private string[] Command(string file) => ["timestamp", "create", file, "--url", _tsa.Url.AbsoluteUri];
}
