using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Appliance.Crash.Tests.Stores;
using Appliance.Crash.Tests.Witness;
using Appliance.Tests.Shared.Misbehaving;

namespace Appliance.Crash.Tests.Processes;

/// <summary>
/// An installation in a folder of its own: a SoftHSM2 token, a configuration, a store. Commands go to the token
/// itself; the server goes by way of the witness.
/// </summary>
internal sealed class Installation : IDisposable
{
    private const string SoftHsm = "/usr/lib/softhsm/libsofthsm2.so";
    private const string Pin = "0042-crash-tests";
    private const int DaySeconds = 86_400;
    private const int AccuracyMicroseconds = 60_000_000;

    private readonly StoreUnderTest _store;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crash-");

    public Installation(StoreUnderTest store, long witnessCapacity)
    {
        _store = store;
        Witness = new WitnessFile(PathOf("witness"), witnessCapacity);
        _store.Prepare(_directory.FullName);
        InitializeToken();
        File.WriteAllText(PathOf("pin"), Pin);
        File.WriteAllText(PathOf("appliance.json"), Describe().ToJsonString());
    }

    public WitnessFile Witness { get; }

    /// <summary>True to leave the folder for who wants to know why.</summary>
    public bool Keep { get; set; }

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>Runs a command of the appliance that must succeed; what it printed.</summary>
    public async Task<JsonElement> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(Command([.. arguments, "--json"]))!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"appliance {string.Join(' ', arguments)}: {await error}{await output}");
        return JsonDocument.Parse(await output).RootElement;
    }

    /// <summary>
    /// Makes a time-stamping unit whose certificates are in NAME.pem, open or to be paid for; the clock is taken at an
    /// operator's word.
    /// So that nothing but stamps is signed, and each once, seals are far apart, and no signature outlasts the accuracy
    /// on any machine.
    /// </summary>
    public async Task AddUnitAsync(string name, string algorithm, bool isPaid = false)
    {
        var file = PathOf($"{name}.pem");
        await RunAsync("timestamp", "unit", "create", name, "--algorithm", algorithm, "--out", file);
        await SetUnitAsync(name, new JsonObject
        {
            ["Certificates"] = file,
            ["Access"] = isPaid ? "clients" : "open",
            ["RequireTransaction"] = isPaid,
        });
    }

    private async Task SetUnitAsync(string name, JsonObject unit)
    {
        var path = PathOf("appliance.json");
        var until = TimeProvider.System.GetUtcNow().AddDays(1);
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!;
        var stamping = settings["Timestamping"] ??= new JsonObject
        {
            ["Units"] = new JsonObject(),
            ["Clock"] = new JsonObject
            {
                ["AssertedUntil"] = until.ToString("u", CultureInfo.InvariantCulture),
            },
        };
        unit["AccuracyMicroseconds"] = AccuracyMicroseconds;
        stamping["Units"]![name] = unit;
        settings["Audit"] = new JsonObject { ["SealSeconds"] = 3_600 };
        await File.WriteAllTextAsync(path, settings.ToJsonString(), TestContext.Current.CancellationToken);
    }

    /// <summary>How the server is started: the same program, its token behind the witness.</summary>
    /// <param name="readyFile">Where it tells its addresses.</param>
    /// <param name="dispatch">Token:Dispatch.</param>
    /// <param name="node">Which of the nodes it is.</param>
    public ProcessStartInfo Serve(string readyFile, string dispatch, int node)
    {
        var start = Command("serve", "--ready-file", readyFile);
        start.Environment["MISBEHAVE_MODULE"] = SoftHsm;
        start.Environment["WITNESS_FILE"] = Witness.Path;
        start.Environment["APPLIANCE__Token__Module"] = NativeModule.Path;
        start.Environment["APPLIANCE__Token__Dispatch"] = dispatch;
        foreach (var (name, value) in _store.EnvironmentOf(node))
        {
            start.Environment[name] = value;
        }

        return start;
    }

    public void Dispose()
    {
        Witness.Dispose();
        _store.Dispose();
        if (!Keep)
        {
            _directory.Delete(recursive: true);
        }
    }

    private ProcessStartInfo Command(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "appliance"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment =
            {
                ["SOFTHSM2_CONF"] = PathOf("softhsm2.conf"),
                ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")),
            },
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.ArgumentList.Add("--config");
        start.ArgumentList.Add(PathOf("appliance.json"));
        return start;
    }

    /// <summary>SADs and access tokens outlast the drill: a code for another SAD would be a minute's wait.</summary>
    private JsonObject Describe() => new()
    {
        ["Store"] = _store.Settings(),
        ["Token"] = new JsonObject { ["Module"] = SoftHsm, ["Token"] = "crash", ["PinFile"] = PathOf("pin") },
        ["Listen"] = new JsonObject { ["Rest"] = "http://127.0.0.1:0", ["Grpc"] = "http://127.0.0.1:0" },
        ["Signing"] = new JsonObject
        {
            ["SadLifetimeSeconds"] = DaySeconds,
            ["ActivationLifetimeSeconds"] = DaySeconds,
        },
        ["SignIn"] = new JsonObject { ["AccessTokenSeconds"] = DaySeconds },
    };

    private void InitializeToken()
    {
        Directory.CreateDirectory(PathOf("tokens"));
        File.WriteAllText(
            PathOf("softhsm2.conf"),
            $"directories.tokendir = {PathOf("tokens")}\nobjectstore.backend = file\nlog.level = ERROR\n");
        using var process = Process.Start(new ProcessStartInfo("softhsm2-util")
        {
            ArgumentList = { "--init-token", "--free", "--label", "crash", "--pin", Pin, "--so-pin", "1234567890" },
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["SOFTHSM2_CONF"] = PathOf("softhsm2.conf") },
        })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
