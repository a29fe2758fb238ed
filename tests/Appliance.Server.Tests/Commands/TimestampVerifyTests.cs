using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Text;
using Appliance.Server.Tests.Timestamps;
using Appliance.Timestamping;

namespace Appliance.Server.Tests.Commands;

public sealed class TimestampVerifyTests : IDisposable
{
    private static readonly DateTimeOffset s_time = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly byte[] s_digest = SHA256.HashData("a"u8);

    private readonly TsaDesk _desk = new();
    private readonly SoftAuthority _authority = new();
    private readonly string _file;
    private readonly string _ca;

    public TimestampVerifyTests()
    {
        _file = _desk.Write("a");
        _ca = WritePem("ca.pem", _authority.Root.ExportCertificatePem());
    }

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task A_token_and_a_response_are_told_apart_by_content_and_described()
    {
        var token = HomemadeToken.Make(_authority.Issue(), s_digest, s_time);
        var evidence = _desk.Write("misnamed.ers", token);

        var said = (await VerifyAsync(evidence)).Succeeded().Output;

        Assert.Contains($"{_file}: valid", said, StringComparison.Ordinal);
        Assert.Contains("2026-03-04 05:06:07 UTC", said, StringComparison.Ordinal);
        Assert.Contains("CN=Soft Unit, O=Strangers", said, StringComparison.Ordinal);
        Assert.Contains("1.2.3.4", said, StringComparison.Ordinal);
        Assert.Contains("0x1267", said, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(s_digest), said, StringComparison.Ordinal);
        Assert.Equal("token", (await VerifyAsync(evidence, "--json")).Json()[0].Text("kind"));

        var response = new TimestampResponse(TimestampPkiStatus.GrantedWithMods, TimestampFailure.None, "so so", token);
        evidence = _desk.Write("misnamed.tst", response.Encode());
        Assert.Equal("response", (await VerifyAsync(evidence, "--json")).Json()[0].Text("kind"));
    }

    [Fact]
    public async Task Tokens_signed_by_pss_and_by_ecdsa_are_as_good()
    {
        var pss = _desk.Write("pss.tst", HomemadeToken.Make(_authority.Issue(), s_digest, s_time, pss: true));
        var ecdsa = _desk.Write("ec.tst", HomemadeToken.Make(_authority.Issue(rsa: false), s_digest, s_time));

        (await VerifyAsync(pss)).Succeeded();
        (await VerifyAsync(ecdsa)).Succeeded();
    }

    [Fact]
    public async Task Another_file_and_another_authority_are_refused()
    {
        var evidence = _desk.Write("a.tst", HomemadeToken.Make(_authority.Issue(), s_digest, s_time));
        var other = WritePem("other.pem", new SoftAuthority().Root.ExportCertificatePem());

        await File.AppendAllTextAsync(_file, "b", TestContext.Current.CancellationToken);
        await RefusedAsync(evidence, "otherDigest", "over another digest");
        _desk.Write("a");
        (await VerifyAsync(evidence)).Succeeded();
        var outcome = await TsaDesk.RunAsync("timestamp", "verify", _file, "--ca", other);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("NOT VALID", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_octet_can_be_changed_of_what_a_token_says()
    {
        var token = HomemadeToken.Make(_authority.Issue(rsa: false), s_digest, s_time);
        var evidence = _desk.Write("a.tst", token);
        var genuine = (await VerifyAsync(evidence)).Succeeded().Output;
        var refused = 0;
        for (var at = 0; at < token.Length; at += 7)
        {
            var damaged = token.ToArray();
            damaged[at] ^= 0x21;
            _desk.Write("a.tst", damaged);

            var outcome = await VerifyAsync(evidence);

            // CMS has hints that no signature covers, such as digestAlgorithms: they change nothing.
            Assert.True(outcome.ExitCode == 1 || outcome.Output == genuine, $"octet {at}: {outcome.Output}");
            Assert.Equal(outcome.ExitCode == 1, outcome.Output.Contains("NOT VALID", StringComparison.Ordinal));
            Assert.Empty(outcome.Error);
            refused += outcome.ExitCode;
        }

        Assert.InRange(refused, token.Length / 7 * 9 / 10, int.MaxValue);
    }

    [Theory]
    [InlineData("1.3.6.1.5.5.7.3.1", true)]
    [InlineData(SoftAuthority.TimeStamping, false)]
    public async Task A_certificate_that_is_not_for_time_stamping_is_refused(string purpose, bool critical)
    {
        var unit = _authority.Issue(purpose, critical);

        await RefusedAsync(
            _desk.Write("a.tst", HomemadeToken.Make(unit, s_digest, s_time)), "untrusted", "not for time-stamps alone");
    }

    [Fact]
    public async Task Certificates_count_as_of_the_time_in_the_token()
    {
        // The unit's, ended long ago by now, was good then.
        var ended = _authority.Issue(until: SoftAuthority.Born.AddYears(1));
        var then = SoftAuthority.Born.AddMonths(6);
        (await VerifyAsync(_desk.Write("1.tst", HomemadeToken.Make(ended, s_digest, then)))).Succeeded();
        await RefusedAsync(
            _desk.Write("2.tst", HomemadeToken.Make(ended, s_digest, s_time)), "untrusted", "was not valid at that");

        // The authority's ended before the unit's.
        var shortLived = new SoftAuthority(SoftAuthority.Born.AddYears(1));
        WritePem("ca.pem", shortLived.Root.ExportCertificatePem());
        (await VerifyAsync(_desk.Write("3.tst", HomemadeToken.Make(shortLived.Issue(), s_digest, then)))).Succeeded();
        await RefusedAsync(
            _desk.Write("4.tst", HomemadeToken.Make(shortLived.Issue(), s_digest, s_time)), "untrusted", "");
    }

    [Fact]
    public async Task A_certificate_that_is_not_in_the_token_may_be_given()
    {
        await using var tsa = await OpenSslAuthority.StartAsync(_authority);
        var evidence = _file + ".tsr";
        string[] create = ["timestamp", "create", _file, "--url", tsa.Url.AbsoluteUri];
        (await TsaDesk.RunAsync(create)).Succeeded();
        var unit = WritePem("unit.pem", CertificatesOf(TimestampResponse.Decode(_desk.Read("a.tsr")).Token));
        (await TsaDesk.RunAsync([.. create, "--no-certificates", "--force"])).Succeeded();

        await RefusedAsync(evidence, "badSignature", "neither in the token nor given");
        (await VerifyAsync(evidence, "--untrusted", unit)).Succeeded();
    }

    [Fact]
    public async Task What_is_no_evidence_is_said_so()
    {
        await RefusedAsync(_desk.Write("1", []), "malformed", "neither a TimeStampResp");
        await RefusedAsync(_desk.Write("2", "-----BEGIN"u8.ToArray()), "malformed", "neither a TimeStampResp");
        await RefusedAsync(_desk.Write("3", new byte[2 * 1024 * 1024]), "malformed", "larger than 1024 KiB");
        await RefusedAsync(_desk.PathOf("4"), "malformed", "There is no file");
        await RefusedAsync(
            _desk.Write("5", TimestampResponse.Refusal(TimestampFailure.TimeNotAvailable).ToArray()),
            "malformed",
            "rejection, timeNotAvailable");
        var sha1 = HomemadeToken.Make(_authority.Issue(), new byte[20], s_time, imprint: "1.3.14.3.2.26");
        await RefusedAsync(_desk.Write("6", sha1), "malformed", "unknown hash algorithm");

        // A sequence in a sequence, and so on: nothing is read by recursion.
        var nested = new byte[600_000];
        Array.Fill(nested, (byte)0x30);
        await RefusedAsync(_desk.Write("7", nested), "malformed", "");
    }

    [Fact]
    public async Task The_command_line_is_told_what_is_wrong_with_it()
    {
        var evidence = _desk.Write("a.tst", HomemadeToken.Make(_authority.Issue(), s_digest, s_time));

        (await TsaDesk.RunAsync("timestamp", "verify", _file)).Failed("--ca", exitCode: 2);
        (await TsaDesk.RunAsync("timestamp", "verify", _file, "--ca", _file)).Failed("has no certificate");
        (await TsaDesk.RunAsync("timestamp", "verify", _file, "--ca", "/nowhere")).Failed("/nowhere");
        (await TsaDesk.RunAsync("timestamp", "verify", _file, _file, "--token", evidence, "--ca", _ca))
            .Failed("single file");
        await RefusedAsync(evidence, "unreadable", "There is no file", _desk.PathOf("gone"));
        var missing = await TsaDesk.RunAsync("timestamp", "verify", _desk.Write("b"), "--ca", _ca, "--json");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("\"missing\"", missing.Output, StringComparison.Ordinal);
    }

    private static string CertificatesOf(ReadOnlyMemory<byte> token)
    {
        var cms = new SignedCms();
        cms.Decode(token.Span);
        return cms.Certificates.ExportCertificatePems();
    }

    private string WritePem(string name, string pem) => _desk.Write(name, Encoding.ASCII.GetBytes(pem));

    private Task<CommandOutcome> VerifyAsync(string evidence, params string[] more)
        => TsaDesk.RunAsync(["timestamp", "verify", _file, "--token", evidence, "--ca", _ca, .. more]);

    private async Task RefusedAsync(string evidence, string verdict, string because, string? file = null)
    {
        var outcome = await TsaDesk.RunAsync(
            "timestamp", "verify", file ?? _file, "--token", evidence, "--ca", _ca, "--json");
        Assert.Equal(1, outcome.ExitCode);
        var found = System.Text.Json.JsonDocument.Parse(outcome.Output).RootElement[0];
        Assert.Equal((verdict, false), (found.Text("verdict"), found.GetProperty("valid").GetBoolean()));
        Assert.Contains(because, found.Text("text"), StringComparison.Ordinal);
    }
}
