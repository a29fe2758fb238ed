using Appliance.Server.Options;
using Appliance.Timestamping;
using Microsoft.Extensions.Configuration;

namespace Appliance.Server.Tests.Options;

public sealed class TimestampingRulesTests
{
    private const string Unit = "Timestamping:Units:day";

    [Fact]
    public void A_unit_needs_its_certificates_and_nothing_else()
    {
        Assert.Empty(Errors());
        Assert.Empty(Errors((Unit + ":Certificates", "unit.pem")));

        Assert.Equal(
            Unit + ":Certificates", Assert.Single(Names(Errors((Unit + ":AccuracyMicroseconds", "500000")))));
    }

    [Theory]
    [InlineData("Key", "  ", "tsa day")]
    [InlineData("Policy", "best", "0.4.0.2023.1.1")]
    [InlineData("Policy", "9.9.9", "0.4.0.2023.1.1")]
    [InlineData("AcceptedPolicies", "1.2.3,none", "\"none\"")]
    [InlineData("AccuracyMicroseconds", "0", "1 to 60,000,000")]
    [InlineData("AccuracyMicroseconds", "60000001", "1 to 60,000,000")]
    [InlineData("Ordering", "true", "must be false")]
    [InlineData("Pss", "true", "must be false")]
    [InlineData("Hashes", ",", "names none")]
    [InlineData("Hashes", "SHA256,SHA1", "\"SHA1\"")]
    [InlineData("Hashes", "sha256", "SHA256, SHA384")]
    [InlineData("SignatureHash", "SHA1", "SHA256, SHA384 or SHA512")]
    [InlineData("VerifyOneIn", "0", "1 to 1,000,000")]
    [InlineData("ClockSources", "", "kernel, ntp, operator")]
    [InlineData("ClockSources", "gps", "\"gps\"")]
    [InlineData("ClockSources", "ntp", "Timestamping:Clock:NtpServers")]
    [InlineData("Access", "public", "open or clients")]
    [InlineData("RequireTransaction", "true", "Access clients")]
    [InlineData("Colour", "blue", "no such setting")]
    public void What_is_wrong_is_named_with_what_to_do(string setting, string value, string advice)
    {
        var error = Assert.Single(
            Errors((Unit + ":Certificates", "unit.pem"), ($"{Unit}:{setting}", value)));

        Assert.StartsWith($"{Unit}:{setting}:", error, StringComparison.Ordinal);
        Assert.Contains(advice, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CheckMilliseconds", "99")]
    [InlineData("StepMilliseconds", "1001")]
    [InlineData("NtpSeconds", "0")]
    [InlineData("NtpServers", "time.example,http://time.example")]
    [InlineData("NtpServers", "time.example:0")]
    [InlineData("NtpServers", "time.example,TIME.example")]
    [InlineData("NtpServers", "a1,a2,a3,a4,a5,a6,a7,a8,a9,b1,b2,b3,b4,b5,b6,b7,b8")]
    [InlineData("NtpQuorum", "1")]
    [InlineData("AssertedUntil", "tomorrow")]
    public void What_is_wrong_with_the_clock_is_named(string setting, string value)
        => Assert.StartsWith(
            $"Timestamping:Clock:{setting}:",
            Assert.Single(Errors(($"Timestamping:Clock:{setting}", value))),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("2", true)]
    [InlineData("3", true)]
    [InlineData("0", true)]
    [InlineData("1", false)]
    [InlineData("4", false)]
    public void A_quorum_is_more_than_half(string quorum, bool isRight)
        => Assert.Equal(
            isRight,
            Errors(("Timestamping:Clock:NtpServers", "a,b,c"), ("Timestamping:Clock:NtpQuorum", quorum)).Count == 0);

    [Fact]
    public void A_qualified_unit_asks_for_ntp_and_a_second()
    {
        Assert.Equal(
            [$"{Unit}:ClockSources", $"{Unit}:AccuracyMicroseconds"],
            Names(Errors(
                (Unit + ":Certificates", "unit.pem"),
                (Unit + ":Qualified", "true"),
                (Unit + ":AccuracyMicroseconds", "1000001"))),
            StringComparer.Ordinal);
        Assert.Empty(Errors(
            (Unit + ":Certificates", "unit.pem"),
            (Unit + ":Qualified", "true"),
            (Unit + ":ClockSources", "kernel, ntp"),
            ("Timestamping:Clock:NtpServers", "ntp1.example, ntp2.example:1123, 192.0.2.1")));
    }

    [Fact]
    public void Units_have_names_for_paths_and_keys_of_their_own()
    {
        Assert.Equal(
            "Timestamping:Units:Day_1",
            Assert.Single(Names(Errors(("Timestamping:Units:Day_1:Certificates", "unit.pem")))));

        var error = Assert.Single(Errors(
            (Unit + ":Certificates", "unit.pem"),
            ("Timestamping:Units:night:Certificates", "unit.pem"),
            ("Timestamping:Units:night:Key", "tsa day")));
        Assert.StartsWith("Timestamping:Units:night:Key: is the key of unit day", error, StringComparison.Ordinal);
        Assert.Equal(
            "Timestamping:Default",
            Assert.Single(Names(Errors((Unit + ":Certificates", "unit.pem"), ("Timestamping:Default", "night")))));
    }

    [Fact]
    public void Everything_is_told_at_once()
        => Assert.Equal(
            7,
            Errors(
                (Unit + ":Ordering", "true"),
                (Unit + ":Pss", "true"),
                (Unit + ":Access", "x"),
                (Unit + ":Policy", "x"),
                ("Timestamping:Clock:NtpSeconds", "0"),
                ("Timestamping:Default", "night")).Count);

    [Theory]
    [InlineData("ntp.example", "ntp.example", 123)]
    [InlineData("ntp.example:1123", "ntp.example", 1123)]
    [InlineData("192.0.2.1", "192.0.2.1", 123)]
    [InlineData("192.0.2.1:124", "192.0.2.1", 124)]
    [InlineData("2001:db8::1", "2001:db8::1", 123)]
    [InlineData("[2001:db8::1]", "2001:db8::1", 123)]
    [InlineData("[2001:db8::1]:124", "2001:db8::1", 124)]
    public void A_server_is_a_host_with_or_without_a_port(string text, string host, int port)
    {
        Assert.True(NtpServerName.TryParse(text, out var server));
        Assert.Equal(new SntpServer(host, port), server);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":123")]
    [InlineData("ntp.example:")]
    [InlineData("ntp.example:65536")]
    [InlineData("ntp.example:-1")]
    [InlineData("ntp example")]
    [InlineData("[2001:db8::1]123")]
    [InlineData("[2001:db8::1")]
    public void Anything_else_is_no_server(string text) => Assert.False(NtpServerName.TryParse(text, out _));

    private static IEnumerable<string> Names(IEnumerable<string> errors)
        => errors.Select(error => error.Split(": ")[0]);

    private static IReadOnlyList<string> Errors(params (string Name, string Value)[] settings)
    {
        try
        {
            OptionsReader.Read(new ConfigurationBuilder()
                .AddInMemoryCollection(
                [
                    new("Store:Path", "store.db"),
                    new("Token:Module", "module.so"),
                    new("Token:Token", "demo"),
                    new("Token:PinFile", "pin"),
                    .. settings.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value)),
                ])
                .Build());
            return [];
        }
        catch (OptionsException error)
        {
            return error.Errors;
        }
    }
}
