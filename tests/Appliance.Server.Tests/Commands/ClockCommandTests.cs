using Appliance.Server.Tests.Timestamps;

namespace Appliance.Server.Tests.Commands;

/// <summary>The operator's word, and what `doctor` finds of the clock, where no server runs.</summary>
public sealed class ClockCommandTests : IDisposable
{
    private readonly Installation _installation = new();

    [Fact]
    public async Task A_word_is_on_record_with_its_actor_and_kept_for_the_next_start()
    {
        (await _installation.RunAsync("init")).Succeeded();
        var (_, unit) = await TsaAppliance.CreateUnitAsync(_installation, "p256", "P-256");
        var settings = $" --set {unit.Key}={unit.Value}";
        Assert.Equal("failed", (await DoctorAsync(settings))["clock assertion"].Result);

        var made = await _installation.JsonAsync("timestamp clock assert --for 30d");
        var until = made.GetProperty("assertedUntil").GetDateTimeOffset();

        Assert.Equal(30, (until - TimeProvider.System.GetUtcNow()).TotalDays, 1);
        var found = await DoctorAsync(settings);
        Assert.Equal(("ok", $"until {until:u}"), found["clock assertion"]);
        Assert.Equal("ok", found["units' clock"].Result);
        (await _installation.RunAsync("timestamp clock assert --for 12h")).Succeeded();
        Assert.Equal("warning", (await DoctorAsync(settings))["clock assertion"].Result);

        (await _installation.RunAsync("timestamp clock withdraw")).Succeeded();
        var word = TsaAppliance.ClockWord();
        var (result, detail) = (await DoctorAsync($"{settings} --set {word.Key}={word.Value}"))["clock assertion"];
        Assert.Equal("failed", result);
        Assert.StartsWith($"{_installation.User.Name} has withdrawn", detail, StringComparison.Ordinal);
        var trail = await _installation.JsonAsync("audit show --event clock.asserted");
        Assert.Equal(3, trail.GetArrayLength());
        Assert.All(trail.EnumerateArray(), record => Assert.Equal(_installation.User.Name, record.Text("admin")));
        Assert.Equal($"asserted until {until:u}", trail[2].Text("detail"));
    }

    [Fact]
    public async Task The_doctor_asks_the_servers_and_fails_where_a_unit_requires_them()
    {
        (await _installation.RunAsync("init")).Succeeded();
        var (_, unit) = await TsaAppliance.CreateUnitAsync(_installation, "p256", "P-256");

        // Port 9 of this machine: nobody answers there.
        var found = await DoctorAsync(
            $" --set {unit.Key}={unit.Value} --set Timestamping:Units:p256:ClockSources=ntp"
            + " --set Timestamping:Clock:NtpServers=127.0.0.1:9");

        Assert.Equal("failed", found["units' clock"].Result);
        Assert.Equal("warning", found["NTP"].Result);
        Assert.StartsWith("127.0.0.1:9: ", found["NTP"].Detail, StringComparison.Ordinal);
        Assert.Contains(found["kernel clock"].Result, (string[])["ok", "skipped"], StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("assert", "Say either --until TIME or --for DURATION.")]
    [InlineData("assert --for 1d --until 2030-01-01T00:00:00Z", "Say either --until TIME or --for DURATION.")]
    [InlineData("assert --until 2020-01-01T00:00:00Z", "in the past")]
    [InlineData("assert --until 2099-01-01T00:00:00Z", "400 days at most")]
    [InlineData("assert --for 401d", "400 days at most")]
    [InlineData("assert --for 99999999d", "no duration")]
    [InlineData("assert --for -1d", "no duration")]
    [InlineData("assert --for d", "no duration")]
    [InlineData("assert --for 30m", "no duration")]
    [InlineData("", "No server answers")]
    public async Task What_cannot_be_is_refused(string arguments, string error)
        => (await _installation.RunAsync($"timestamp clock {arguments}".TrimEnd())).Failed(error);

    public void Dispose() => _installation.Dispose();

    /// <summary>By name; of several with one name the last.</summary>
    private async Task<Dictionary<string, (string Result, string Detail)>> DoctorAsync(string settings)
    {
        var outcome = await _installation.RunAsync("doctor --json" + settings);
        var checks = System.Text.Json.JsonDocument.Parse(outcome.Output).RootElement.GetProperty("checks");
        var found = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        foreach (var check in checks.EnumerateArray())
        {
            found[check.Text("check")] = (check.Text("result"), check.Text("detail"));
        }

        return found;
    }
}
