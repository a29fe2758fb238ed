using System.Diagnostics;
using System.Text.Json;

namespace Appliance.Load.Failover;

/// <summary>The fixture's slots: their states as it tells them, and what is behind them.</summary>
internal sealed class Slots(Ratio.Fixture fixture)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    public IReadOnlyList<FixtureBackend> Backends { get; } = fixture.Backends
        ?? throw new InvalidDataException("fixture.json has no backends: appliance-up.sh DIR --slots 2 makes some.");

    /// <summary>Ends what is behind a slot.</summary>
    public static Task KillAsync(FixtureBackend backend) => RunAsync(backend.Kill);

    /// <summary>Starts it again; returns when it answers.</summary>
    public static Task RestartAsync(FixtureBackend backend) => RunAsync(backend.Restart);

    /// <summary>The time until the slot was seen ready, or not ready; null when that did not come in time.</summary>
    public async Task<TimeSpan?> AwaitAsync(string slot, bool ready, TimeSpan patience)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < patience)
        {
            var state = await ReadStateAsync(slot);
            if ((state == "ready") == ready)
            {
                return Stopwatch.GetElapsedTime(start);
            }

            await Task.Delay(s_pause);
        }

        return null;
    }

    private static async Task<string> RunAsync(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", command])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{command} exited with {process.ExitCode}.");
    }

    private async Task<string> ReadStateAsync(string slot)
    {
        using var json = JsonDocument.Parse(await RunAsync(fixture.Slots!));
        return json.RootElement.EnumerateArray()
            .First(item => item.GetProperty("slot").GetString() == slot)
            .GetProperty("state").GetString()!;
    }
}
