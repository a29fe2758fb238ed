using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Processes;
using Appliance.Server.Tests.Timestamps;

namespace Appliance.Server.Tests.Strangers;

/// <summary>
/// One run of a client through all cases, against a process of its own, which is stopped when the client's streams are
/// open.
/// </summary>
public abstract class StrangerRun : IAsyncLifetime
{
    /// <summary>Each signer's code serves one case; two cases ask for an RSA key.</summary>
    private const int Signers = 14;
    private const int RsaSigners = 2;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly string[] s_algorithms = ["P-256", "RSA-2048"];

    private readonly Dictionary<string, ClientLine> _results = new(StringComparer.Ordinal);
    private string _otherOutput = "";

    /// <summary>How the server ended.</summary>
    internal CommandOutcome End { get; private set; } = new(-1, "", "It was not stopped.");

    /// <summary>From SIGTERM to the end of the server.</summary>
    internal TimeSpan StoppedWithin { get; private set; } = TimeSpan.MaxValue;

    internal IEnumerable<string> Cases => _results.Keys;

    /// <summary>tests/interop: the clients are run where they lie.</summary>
    protected static string Interop { get; } = FindInterop();

    /// <summary>Null when the case went well.</summary>
    internal string? ErrorOf(string name)
        => !_results.TryGetValue(name, out var result) ? $"The client did not run {name}. It said: {_otherOutput}"
            : result.Ok ? null
            : result.Error ?? "The client says no more than that it went wrong.";

    public async ValueTask InitializeAsync()
    {
        var start = Client();
        using var installation = new Installation();
        var imported = await PrepareAsync(installation);
        var units = await AddUnitsAsync(installation);
        using var server = await ServeProcess.StartAsync(installation);
        var fixture = new JsonObject
        {
            ["grpc"] = server.Ready!.Grpc,
            ["signers"] = JsonNode.Parse(imported),
            ["tsa"] = units,
        };
        await File.WriteAllTextAsync(
            installation.PathOf("fixture.json"), fixture.ToJsonString(), TestContext.Current.CancellationToken);

        start.ArgumentList.Add(Path.GetDirectoryName(installation.PathOf("fixture.json"))!);
        start.ArgumentList.Add("--drain");
        await RunAsync(start, server);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>The program and its script; its arguments follow.</summary>
    /// <exception cref="InvalidOperationException">It is not installed; says how it is.</exception>
    protected abstract ProcessStartInfo Client();

    /// <summary>The signers as the command says them, which is how fixture.json has them.</summary>
    private static async Task<string> PrepareAsync(Installation installation)
    {
        (await installation.RunAsync("init")).Succeeded();
        var signers = Enumerable.Range(1, Signers).Select(number => new
        {
            user = string.Create(CultureInfo.InvariantCulture, $"signer{number}@example.test"),
            name = string.Create(CultureInfo.InvariantCulture, $"Signer {number}"),
            password = string.Create(CultureInfo.InvariantCulture, $"correct horse {number}"),
            factor = true,
            credentials = s_algorithms.Take(number <= RsaSigners ? 2 : 1)
                .Select(algorithm => new { algorithm, multisign = 10_000 }),
        });
        var file = installation.PathOf("signers.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(signers), TestContext.Current.CancellationToken);
        return (await installation.JsonAsync($"signer import {file}")).GetRawText();
    }

    /// <summary>Two time-stamping units, open, whose clock an operator vouches for; as fixture.json has them.</summary>
    private static async Task<JsonArray> AddUnitsAsync(Installation installation)
    {
        var settings = new List<KeyValuePair<string, string?>> { TsaAppliance.ClockWord() };
        var units = new JsonArray();
        foreach (var (name, algorithm) in new[] { ("p256", "P-256"), ("rsa2048", "RSA-2048") })
        {
            var (chain, setting) = await TsaAppliance.CreateUnitAsync(installation, name, algorithm);
            settings.Add(setting);
            units.Add(new JsonObject { ["url"] = "/tsa/" + name, ["algorithm"] = algorithm, ["chainPem"] = chain });
        }

        var file = installation.PathOf("appliance.json");
        var written = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        foreach (var (key, value) in settings)
        {
            // A colon parts sections, in one name as well as by nesting.
            written[key] = value;
        }

        await File.WriteAllTextAsync(file, written.ToJsonString(), TestContext.Current.CancellationToken);
        return units;
    }

    private async Task RunAsync(ProcessStartInfo start, ServeProcess server)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(s_patience);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var client = Process.Start(start)!;
        var errors = client.StandardError.ReadToEndAsync(patience.Token);
        var stop = Task.CompletedTask;
        try
        {
            while (await client.StandardOutput.ReadLineAsync(patience.Token) is { } text)
            {
                var line = JsonSerializer.Deserialize<ClientLine>(text, JsonSerializerOptions.Web)!;
                if (line.Case is not null)
                {
                    _results.Add(line.Case, line);
                }
                else if (line.Event == "streaming")
                {
                    stop = StopAsync(server);
                }
            }

            _otherOutput = await errors;
            await client.WaitForExitAsync(patience.Token);
            await stop.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            client.Kill(entireProcessTree: true);
            _otherOutput = $"nothing more for {s_patience}";
        }
    }

    private async Task StopAsync(ServeProcess server)
    {
        var started = Stopwatch.GetTimestamp();
        server.Terminate();
        End = await server.EndAsync();
        StoppedWithin = Stopwatch.GetElapsedTime(started);
    }

    private static string FindInterop()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Appliance.sln")))
            {
                return Path.Combine(folder.FullName, "tests", "interop");
            }
        }

        throw new InvalidOperationException("Appliance.sln is in no folder above " + AppContext.BaseDirectory);
    }
}
