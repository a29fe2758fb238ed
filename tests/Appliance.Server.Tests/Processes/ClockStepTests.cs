using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Timestamps;
using Appliance.Server.Timestamps.Clocks;
using Appliance.Timestamping;

namespace Appliance.Server.Tests.Processes;

/// <summary>The real process under libfaketime: time stamps when somebody sets the machine's clock.</summary>
public sealed class ClockStepTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Installation _installation = new();
    private readonly HttpClient _http = new();
    private readonly FakeTime _clock;

    public ClockStepTests() => _clock = new FakeTime(_installation.PathOf("faketime"));

    [Fact]
    public async Task A_step_ends_time_stamps_until_an_operator_asserts_the_clock_anew()
    {
        var settings = await PrepareAsync();
        using (var server = await StartAsync(settings))
        {
            Assert.Equal(TimestampFailure.None, await StampAsync(server));

            // As much as NTP daemons slew: within the accuracy it goes on.
            for (var i = 1; i <= 5; i++)
            {
                _clock.Set(TimeSpan.FromMilliseconds(20 * i));
                await UntilAsync(
                    async () => (await ClockAsync()).GetProperty("driftSeconds").GetDouble() > (i - 0.5) * 0.02);
                Assert.Equal(TimestampFailure.None, await StampAsync(server));
            }

            _clock.Set(TimeSpan.FromSeconds(5.1));
            Assert.Equal(TimestampFailure.TimeNotAvailable, await StampAsync(server));
            await UntilAsync(
                () => IsOnRecordAsync("stepped wall clock +", "assertion-voided", "unit-suspended p256"));
            Assert.Equal(TimestampFailure.TimeNotAvailable, await StampAsync(server));

            _clock.Set(TimeSpan.FromSeconds(0.1));
            await UntilAsync(() => IsOnRecordAsync("stepped wall clock -"));
            Assert.Equal(TimestampFailure.TimeNotAvailable, await StampAsync(server));
            Assert.Equal(
                1,
                Occurrences((await StopAsync(server)).Output, "crit: " + typeof(ClockKeeper).FullName + "[8090]"));
        }

        using (var server = await StartAsync(settings))
        {
            Assert.Equal(TimestampFailure.TimeNotAvailable, await StampAsync(server));
            Assert.False((await _installation.RunAsync("doctor --json")).ExitCode == 0);
            (await _installation.RunAsync("timestamp clock assert --for 2d")).Succeeded();
            Assert.Equal(TimestampFailure.None, await StampAsync(server));
            await StopAsync(server);
        }

        using (var server = await StartAsync(settings))
        {
            Assert.Equal(TimestampFailure.None, await StampAsync(server));
            (await _installation.RunAsync("timestamp clock withdraw")).Succeeded();
            Assert.Equal(TimestampFailure.TimeNotAvailable, await StampAsync(server));
            await StopAsync(server);
        }

        var asserted = await _installation.JsonAsync("audit show --event clock.asserted");
        Assert.Equal(
            ["withdrawn", "asserted until"],
            asserted.EnumerateArray().Select(record => record.Text("detail").Split(" 2")[0]),
            StringComparer.Ordinal);
        Assert.All(asserted.EnumerateArray(), record => Assert.Equal(_installation.User.Name, record.Text("admin")));
    }

    public void Dispose()
    {
        _http.Dispose();
        _installation.Dispose();
    }

    private async Task<string[]> PrepareAsync()
    {
        (await _installation.RunAsync("init")).Succeeded();
        var (_, unit) = await TsaAppliance.CreateUnitAsync(_installation, "p256", "P-256");
        var word = TsaAppliance.ClockWord();
        return
        [
            "--set", $"{unit.Key}={unit.Value}", "--set", $"{word.Key}={word.Value}",
            // However slow the machine, drift is not forgiven before the test has seen it.
            "--set", "Timestamping:Clock:OscillatorPpm=10",
        ];
    }

    private async Task<ServeProcess> StartAsync(string[] settings)
    {
        var server = await ServeProcess.StartAsync(_installation, _clock.Environment, settings);
        Assert.True(server.Ready is not null, server.Ready is null ? (await server.EndAsync()).Error : "");
        return server;
    }

    private static async Task<CommandOutcome> StopAsync(ServeProcess server)
    {
        server.Terminate();
        return (await server.EndAsync()).Succeeded();
    }

    /// <summary>PKIFailureInfo of the answer to a good request.</summary>
    private async Task<TimestampFailure> StampAsync(ServeProcess server)
    {
        using var content = new ByteArrayContent(TsaAppliance.Request(RandomNumberGenerator.GetBytes(32)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var response = await _http.PostAsync(
            $"{server.Ready!.Rest}/tsa", content, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        var der = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return TimestampResponse.Decode(der).Failure;
    }

    private Task<JsonElement> ClockAsync() => _installation.JsonAsync("timestamp clock");

    private async Task<bool> IsOnRecordAsync(params string[] beginnings)
    {
        var records = (await _installation.JsonAsync("audit show --event clock.changed")).EnumerateArray()
            .Select(record => record.Text("detail")).ToList();
        return Array.TrueForAll(
            beginnings,
            beginning => records.Exists(record => record.StartsWith(beginning, StringComparison.Ordinal)));
    }

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var begun = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < s_patience, "It does not come true.");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
