using System.Runtime.Versioning;
using Appliance.Server.Options;
using Appliance.Server.Tests.Hosting;
using Appliance.Server.Timestamps.Clocks;
using Appliance.Timestamping;

namespace Appliance.Server.Tests.Timestamps.Clocks;

[SupportedOSPlatform("linux")]
public sealed class ClockAssertionTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("assertion-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "word");

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(5, null, 5)]
    [InlineData(null, 3, 3)]
    [InlineData(5, 3, 5)]
    [InlineData(3, 5, 5)]
    public void The_later_of_setting_and_word_counts(int? setting, int? word, int? expected)
    {
        var kept = new ClockAssertion { State = ClockAssertion.Asserted, At = s_now, Until = Days(word), By = "ana" };

        var (until, because) = ClockAssertion.Settle(Days(setting), word is null ? null : kept);

        Assert.Equal(Days(expected), until);
        Assert.Null(because);
    }

    [Theory]
    [InlineData(ClockAssertion.Withdrawn, "ana has withdrawn")]
    [InlineData(ClockAssertion.Voided, "was set (2026-11-21 00:00:00Z): an operator must assert it anew")]
    [InlineData("anything", "must assert it anew")]
    public void What_was_withdrawn_or_voided_counts_over_the_setting(string state, string because)
    {
        var kept = new ClockAssertion { State = state, At = s_now, By = "ana", Because = "the clock was set" };

        var (until, why) = ClockAssertion.Settle(Days(100), kept);

        Assert.Null(until);
        Assert.Contains(because, why, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_kept_in_a_file_that_only_its_owner_reads()
    {
        Assert.Null(ClockAssertionFile.Read(Path, TimeProvider.System));
        var word = new ClockAssertion
        {
            State = ClockAssertion.Asserted,
            At = s_now,
            Until = s_now.AddDays(1),
            By = "ana",
        };

        ClockAssertionFile.Write(Path, word with { By = "somebody with a longer name than the next" });
        ClockAssertionFile.Write(Path, word);

        Assert.Equal(word, ClockAssertionFile.Read(Path, TimeProvider.System));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_clock_that_was_set_back_behind_it_brings_no_word_back()
    {
        var word = new ClockAssertion
        {
            State = ClockAssertion.Asserted,
            At = s_now,
            Until = s_now.AddDays(1),
            By = "ana",
        };
        ClockAssertionFile.Write(Path, word);

        var slewed = ClockAssertionFile.Read(Path, new SetTime(s_now.AddMilliseconds(-900)));
        var setBack = ClockAssertionFile.Read(Path, new SetTime(s_now.AddSeconds(-2)));

        Assert.Equal(word, slewed);
        Assert.Equal(ClockAssertion.Voided, setBack?.State);
        Assert.Contains(
            "the clock stands before the assertion of 2026-11-21 00:00:00Z",
            ClockAssertion.Settle(Days(100), setBack).Because,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"state\":\"asserted\"}")]
    public void A_file_that_cannot_be_read_is_no_word(string text)
    {
        File.WriteAllText(Path, text);

        var kept = ClockAssertionFile.Read(Path, TimeProvider.System);

        Assert.Equal(ClockAssertion.Voided, kept?.State);
        Assert.Null(ClockAssertion.Settle(Days(100), kept).Until);
    }

    [Theory]
    [InlineData("ntp.example", "ntp.example", 123)]
    [InlineData("ntp.example:1123", "ntp.example", 1123)]
    [InlineData("192.0.2.1:1123", "192.0.2.1", 1123)]
    [InlineData("2001:db8::1", "2001:db8::1", 123)]
    [InlineData("[2001:db8::1]:1123", "2001:db8::1", 1123)]
    public void Servers_are_names_and_addresses_with_and_without_port(string text, string host, int port)
    {
        var options = ClockSetup.OptionsOf(new ClockSettings { NtpServers = $"first, {text}" });

        Assert.Equal([new SntpServer("first"), new SntpServer(host, port)], options.Servers);
        Assert.Empty(options.FindErrors());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static DateTimeOffset? Days(int? days) => days is { } number ? s_now.AddDays(number) : null;
}
