using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Appliance.Server.Tests.Timestamps;
using Appliance.Timestamping;

namespace Appliance.Server.Tests.Commands;

public sealed class TimestampCreateTests(TsaAppliance tsa) : IClassFixture<TsaAppliance>, IDisposable
{
    private readonly TsaDesk _desk = new();

    private string Rest => tsa.Appliance.Rest.BaseAddress!.AbsoluteUri.TrimEnd('/');

    public void Dispose() => _desk.Dispose();

    [Theory]
    [InlineData("p256")]
    [InlineData("rsa2048")]
    public async Task What_it_writes_openssl_and_verify_accept(string unit)
    {
        var file = _desk.Write("minutes.txt");
        using var authority = tsa.Chain(unit)[1];
        var ca = _desk.Write("ca.pem", System.Text.Encoding.ASCII.GetBytes(authority.ExportCertificatePem()));

        var said = (await TsaDesk.RunAsync("timestamp", "create", file, "--url", $"{Rest}/tsa/{unit}")).Succeeded();

        Assert.StartsWith($"{file}.tsr: ", said.Output, StringComparison.Ordinal);
        Assert.Contains(
            "Verification: OK",
            OpenSsl.Run("ts", "-verify", "-data", file, "-in", file + ".tsr", "-CAfile", ca),
            StringComparison.Ordinal);
        (await TsaDesk.RunAsync("timestamp", "verify", file, "--ca", ca)).Succeeded();
    }

    [Fact]
    public async Task The_appliance_of_the_configuration_is_asked_by_unit_where_no_url_is_named()
    {
        var file = _desk.Write("a");
        var listen = $"Listen:Rest={Rest}";

        (await TsaDesk.RunAsync("timestamp", "create", file, "--set", listen, "--unit", "rsa2048")).Succeeded();
        (await TsaDesk.RunAsync("timestamp", "create", file, "--set", listen, "--token")).Succeeded();

        using var rsa = tsa.Chain("rsa2048")[0];
        using var p256 = tsa.Chain("p256")[0];
        Assert.Equal(rsa, SignerOf(TimestampResponse.Decode(_desk.Read("a.tsr")).Token, "a"u8));
        Assert.Equal(p256, SignerOf(_desk.Read("a.tst"), "a"u8));
        (await TsaDesk.RunAsync("timestamp", "create", file, "--force", "--set", listen, "--unit", "none"))
            .Failed("404");
        (await TsaDesk.RunAsync("timestamp", "create", file, "--force", "--set", "Listen:Rest=http://127.0.0.1:0"))
            .Failed("port 0");
    }

    [Fact]
    public async Task Options_are_in_the_token_and_json_tells_it()
    {
        var file = _desk.Write("a");
        var target = _desk.PathOf("elsewhere.tsr");

        var said = (await TsaDesk.RunAsync(
            "timestamp", "create", file, "--url", $"{Rest}/tsa", "--hash", "sha-512", "--policy", "0.4.0.2023.1.1",
            "--no-certificates", "--out", target, "--json")).Json();

        var told = Assert.Single(said.EnumerateArray());
        Assert.Equal((file, target), (told.Text("file"), told.Text("output")));
        var token = told.GetProperty("token");
        Assert.Equal(
            ("SHA512", "0.4.0.2023.1.1", Convert.ToHexStringLower(SHA512.HashData("a"u8))),
            (token.Text("hashAlgorithm"), token.Text("policy"), token.Text("digest")));
        var written = TimestampToken.Decode(TimestampResponse.Decode(await File.ReadAllBytesAsync(
            target, TestContext.Current.CancellationToken)).Token);
        Assert.Equal(Convert.ToHexStringLower(written.SerialNumber.Span), token.Text("serialNumber"));
        Assert.Equal(written.Time, token.GetProperty("time").GetDateTimeOffset());
        Assert.True(Rfc3161TimestampToken.TryDecode(
            TimestampResponse.Decode(_desk.Read("elsewhere.tsr")).Token, out var decoded, out _));
        Assert.Empty(decoded!.AsSignedCms().Certificates);
    }

    [Fact]
    public async Task Nothing_that_is_there_is_overwritten_unless_asked()
    {
        var (one, two, missing) = (_desk.Write("one"), _desk.Write("two"), _desk.PathOf("missing"));
        _desk.Write("one.tsr");
        string[] command = ["timestamp", "create", "--url", $"{Rest}/tsa", one, missing, two];

        var outcome = await TsaDesk.RunAsync(command);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("one.tsr is there already; --force", outcome.Error, StringComparison.Ordinal);
        Assert.Contains($"There is no file {missing}", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("one.tsr"u8.ToArray(), _desk.Read("one.tsr"));
        Assert.True(_desk.Has("two.tsr"));

        var again = await TsaDesk.RunAsync([.. command, "--force", "--json"]);
        Assert.Equal(1, again.ExitCode);
        Assert.NotEqual("one.tsr"u8.ToArray(), _desk.Read("one.tsr"));
        Assert.Contains($"There is no file {missing}", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_desk.Folder), path => path.EndsWith(".part", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--hash SHA1", "no hash algorithm")]
    [InlineData("--policy best", "no policy")]
    [InlineData("--policy 1.2.3.4.5.6", "unacceptedPolicy")]
    [InlineData("--unit p256", "names the unit itself")]
    [InlineData("--access-token-file /dev/null", "no access token")]
    [InlineData("--access-token-file /nowhere", "/nowhere")]
    [InlineData("--out /nowhere/a.tsr", "/nowhere")]
    public async Task What_cannot_be_is_one_sentence(string options, string because)
        => (await TsaDesk.RunAsync(
            ["timestamp", "create", _desk.Write("a"), "--url", $"{Rest}/tsa", .. options.Split(' ')])).Failed(because);

    [Fact]
    public async Task A_url_is_one_of_http_without_secrets_and_a_token_never_travels_in_the_clear()
    {
        var file = _desk.Write("a");
        var token = _desk.Write("token", "abc.def\n"u8.ToArray());

        (await TsaDesk.RunAsync("timestamp", "create", file, "--url", "ftp://127.0.0.1/")).Failed("http or https");
        (await TsaDesk.RunAsync("timestamp", "create", file, "--url", "http://u:secret@127.0.0.1/"))
            .Failed("no user or password");
        (await TsaDesk.RunAsync(
            "timestamp", "create", file, "--url", "http://tsa.example/", "--access-token-file", token))
            .Failed("does not travel over http");
        (await TsaDesk.RunAsync("timestamp", "create", _desk.Folder, "--url", $"{Rest}/tsa")).Failed("timestamp batch");
        (await TsaDesk.RunAsync("timestamp", "create", file, file, "--url", $"{Rest}/tsa", "--out", file + "1"))
            .Failed("single file");
        (await TsaDesk.RunAsync("timestamp", "create", file, "--url", "http://127.0.0.1:1/"))
            .Failed("No time-stamping authority can be asked at http://127.0.0.1:1/");
    }

    private static X509Certificate2? SignerOf(ReadOnlyMemory<byte> token, ReadOnlySpan<byte> content)
    {
        Assert.True(Rfc3161TimestampToken.TryDecode(token, out var decoded, out _));
        Assert.True(decoded.VerifySignatureForData(content, out var signer));
        return signer;
    }
}
