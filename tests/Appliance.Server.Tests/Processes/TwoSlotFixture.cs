using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Appliance.Server.Hosting;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Processes;

/// <summary>What tests/interop/appliance-up.sh DIR --slots 2 makes, with this build of the appliance.</summary>
internal sealed class TwoSlotFixture : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slots-").FullName;
    private JsonElement _fixture;

    /// <summary>Where it serves.</summary>
    public ReadyDocument Ready => new(
        _fixture.Text("rest"), _fixture.Text("grpc"), _fixture.GetProperty("pid").GetInt32());

    /// <summary>What is behind the slots.</summary>
    public IReadOnlyList<JsonElement> Backends => [.. _fixture.GetProperty("backends").EnumerateArray()];

    /// <summary>Its signer, whose P-256 credential comes first here.</summary>
    public TestSigner Signer
    {
        get
        {
            var imported = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "imported.json")))!;
            var signer = (imported is JsonArray list ? list : imported["signers"]!.AsArray())[0]!;
            var credentials = signer["credentials"]!.AsArray();
            signer["credentials"] = new JsonArray([.. credentials.Reverse().Select(item => item!.DeepClone())]);
            return new TestSigner(JsonSerializer.SerializeToElement(signer));
        }
    }

    public async Task StartAsync()
    {
        await RunAsync(Path.Combine(Interop, "appliance-up.sh") + $" {_folder} --slots 2");
        _fixture = JsonDocument.Parse(await File.ReadAllTextAsync(
            Path.Combine(_folder, "fixture.json"), TestContext.Current.CancellationToken)).RootElement;
    }

    /// <summary>kill or restart.</summary>
    public static Task<string> RunAsync(JsonElement backend, string command) => RunAsync(backend.Text(command));

    /// <summary>Waits until a slot is ready, or is not.</summary>
    public async Task AwaitAsync(string slot, bool ready)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        do
        {
            using var slots = JsonDocument.Parse(await RunAsync(_fixture.Text("slots")));
            var state = slots.RootElement.EnumerateArray().Single(item => item.Text("slot") == slot).Text("state");
            if (state == "ready" == ready)
            {
                return;
            }
        }
        while (await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(_folder, "fixture.json")))
        {
            await RunAsync(Path.Combine(Interop, "appliance-down.sh") + $" {_folder}");
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string Interop
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Appliance.sln")))
            {
                folder = Path.GetDirectoryName(folder)!;
            }

            return Path.Combine(folder, "tests", "interop");
        }
    }

    private static async Task<string> RunAsync(string command)
    {
        // Output goes to a file: what a command leaves running would keep a pipe open.
        var log = Path.GetTempFileName();
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", $"{{ {command}; }} >{log} 2>&1"])
        {
            UseShellExecute = false,
            Environment =
            {
                ["APPLIANCE"] = Path.Combine(AppContext.BaseDirectory, "appliance"),
                ["DOTNET_ROOT"] = ServeProcess.DotnetRoot,
                ["SIGNERS"] = "1",
            },
        })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var output = await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken);
        File.Delete(log);
        Assert.True(
            process.ExitCode == 0,
            string.Create(CultureInfo.InvariantCulture, $"{command} exited with {process.ExitCode}: {output}"));
        return output;
    }
}
