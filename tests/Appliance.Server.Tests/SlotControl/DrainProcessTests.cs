using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Json;
using Appliance.Grpc.Client;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;
using Appliance.Server.Tests.Processes;

namespace Appliance.Server.Tests.SlotControl;

/// <summary>Drain and resume beside the real process, under a load of a client that does not retry.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class DrainProcessTests : IDisposable
{
    private const int Sigint = 2;

    private readonly SlotServer _server = new();

    [Fact]
    public async Task Each_of_two_slots_is_drained_under_load_and_no_call_fails()
    {
        await _server.StartAsync(slots: 2);
        var load = await SlotLoad.StartAsync(_server);
        await load.SignMoreAsync(200);
        foreach (var name in new[] { "token", "second", "token", "second" })
        {
            var drained = Assert.Single(
                (await _server.Installation.JsonAsync($"slots drain {name}")).GetProperty("slots").EnumerateArray());
            Assert.Equal(("draining", 0, 0), (
                drained.Text("state"),
                drained.GetProperty("inFlight").GetInt32(),
                drained.GetProperty("waiting").GetInt32()));
            await load.SignMoreAsync(100);

            var slots = await SlotsAsync();
            Assert.Equal("draining", slots[name].Text("state"));
            Assert.Equal(Signatures(drained), Signatures(slots[name]));
            Assert.Equal("ready", slots[name == "token" ? "second" : "token"].Text("state"));
            Assert.Equal(200, await _server.ReadyAsync());

            var back = await _server.Installation.JsonAsync($"slots resume {name}");
            Assert.Equal("ready", Assert.Single(back.GetProperty("slots").EnumerateArray()).Text("state"));
            while (Signatures((await SlotsAsync())[name]) < Signatures(drained) + 20)
            {
                await load.SignMoreAsync(20);
            }
        }

        await load.EndAsync();

        Assert.Empty(load.Refused);
        Assert.Equal(load.Answered, (await EventsAsync("signhash.intent")).Count);
        await BecomesAsync(async () => (await EventsAsync("signhash.done")).Count == load.Answered);
        Assert.Equal(
            "slot second, slot token, slot second, slot token",
            string.Join(", ", (await EventsAsync("slot.drained")).Select(record => record.Text("detail"))));
        _server.Process.Terminate();
        var end = (await _server.Process.EndAsync()).Succeeded();
        Assert.DoesNotContain(_server.Secret, end.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(SoftHsmTokens.Pin, end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_of_one_slot_leaves_in_good_order_and_loses_nothing()
    {
        await _server.StartAsync(slots: 1);
        var load = await SlotLoad.StartAsync(_server);
        await load.SignMoreAsync(100);
        Assert.Equal(200, await _server.ReadyAsync());
        using var raw = new RawGrpc(_server.Process.Ready!.Grpc);

        // A balancer looks elsewhere at the first word; this client does not, and is served all the same.
        var draining = _server.Installation.RunAsync("slots drain --all --wait 2");
        await BecomesAsync(async () => await _server.ReadyAsync() == 503);
        Assert.Equal([RawGrpc.NotServing], await raw.StatusesAsync("Check", "csc.v2.Signatures"));
        await load.SignMoreAsync(50);
        Assert.Empty(load.Refused);

        // Its time is over: refused at once, and nothing is used up.
        (await draining).Succeeded();
        await load.BeRefusedAsync(50);
        Assert.Equal("drained", (await _server.Installation.JsonAsync("slots")).Text("node"));
        (await _server.Installation.RunAsync("slots resume --all")).Succeeded();
        await load.SignMoreAsync(50);
        await load.EndAsync();
        Assert.Equal(200, await _server.ReadyAsync());
        Assert.All(load.Refused, refused => Assert.Equal(GrpcStatusCode.Unavailable, refused.Refusal.Code));
        await load.RepeatAsync();
        await BecomesAsync(async () => (await EventsAsync("signhash.done")).Count == load.Answered);
        Assert.Empty(await EventsAsync("signhash.spent"));

        // A drained server stops in good order, and one that starts knows nothing of it.
        (await _server.Installation.RunAsync("slots drain --all --wait 0")).Succeeded();
        _server.Process.Terminate();
        (await _server.Process.EndAsync()).Succeeded();
        await _server.ServeAsync(slots: 1);
        Assert.Equal(200, await _server.ReadyAsync());
        Assert.Equal("serving", (await _server.Installation.JsonAsync("slots")).Text("node"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" --json")]
    public async Task Who_watches_sees_what_happens_until_it_has_enough(string json)
    {
        await _server.StartAsync(slots: 1);
        using var watching = Start($"slots --watch{json} --config {_server.Installation.PathOf("appliance.json")}");
        await ReadToAsync(watching, "ready");
        (await _server.Installation.RunAsync("slots drain token")).Succeeded();
        await ReadToAsync(watching, json.Length == 0 ? "DRAINED" : "draining");

        Assert.Equal(0, Kill(watching.Id, Sigint));
        var rest = await watching.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await watching.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("", await watching.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, watching.ExitCode);
        Assert.DoesNotContain("\e[", rest, StringComparison.Ordinal);
        (await _server.Installation.RunAsync("status")).Succeeded();
    }

    public void Dispose() => _server.Dispose();

    private static long Signatures(JsonElement slot) => slot.GetProperty("signatures").GetInt64();

    private static async Task BecomesAsync(Func<Task<bool>> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private static Process Start(string arguments) => Process.Start(
        new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "appliance"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment = { ["DOTNET_ROOT"] = ServeProcess.DotnetRoot },
        })!;

    private static async Task ReadToAsync(Process process, string word)
    {
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(word, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private async Task<Dictionary<string, JsonElement>> SlotsAsync()
        => (await _server.Installation.JsonAsync("slots")).GetProperty("slots").EnumerateArray()
            .ToDictionary(slot => slot.Text("slot"), StringComparer.Ordinal);

    private async Task<List<JsonElement>> EventsAsync(string name)
        => [.. (await _server.Installation.JsonAsync($"audit show --limit 10000 --event {name}")).EnumerateArray()];
}
