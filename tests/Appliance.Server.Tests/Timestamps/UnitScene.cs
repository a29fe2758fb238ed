using System.Text.Json;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>An installation with a demo CA and a stranger's CA; tests give the settings of its units.</summary>
internal sealed class UnitScene : IDisposable
{
    private readonly List<string> _settings = [];

    public Installation Installation { get; } = new();

    /// <summary>What `--set` gets: for `serve` and commands.</summary>
    public string[] Settings => [.. _settings.SelectMany(setting => new[] { "--set", setting })];

    public string PathOf(string name) => Installation.PathOf(name);

    public void Set(string setting, string value) => _settings.Add($"{setting}={value}");

    public async Task InitAsync()
    {
        (await Installation.RunAsync("init")).Succeeded();
        var word = TsaAppliance.ClockWord();
        Set(word.Key, word.Value!);
    }

    /// <summary>A unit with a certificate of the demo CA.</summary>
    public async Task<string> AddAsync(string name, string algorithm = "P-256", string more = "")
    {
        var file = PathOf(name + ".pem");
        var made = await Installation.JsonAsync(
            $"timestamp unit create {name} --algorithm {algorithm} --out {file} {more}".TrimEnd());
        Set($"Timestamping:Units:{name}:Certificates", file);
        return made.Text("chainPem");
    }

    /// <summary>A unit whose certificate a stranger's CA made, with these extensions.</summary>
    public async Task AddForeignAsync(string name, string extensions, int days = 300)
    {
        var (csr, file, config) = (PathOf(name + ".csr"), PathOf(name + ".pem"), PathOf(name + ".ext"));
        (await Installation.RunAsync($"timestamp unit create {name} --algorithm P-256 --csr --out {csr}")).Succeeded();
        await File.WriteAllTextAsync(config, extensions.Replace(';', '\n'), TestContext.Current.CancellationToken);
        var (ca, key) = (PathOf("foreign.pem"), PathOf("foreign.key"));
        if (!File.Exists(ca))
        {
            OpenSsl.Run(
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Foreign", "-days", "900", "-keyout", key,
                "-out", ca);
        }

        OpenSsl.Run(
            "x509", "-req", "-in", csr, "-CA", ca, "-CAkey", key, "-CAcreateserial", "-days", $"{days}", "-extfile",
            config, "-out", file);
        Set($"Timestamping:Units:{name}:Certificates", file);
    }

    /// <summary>A command with the settings.</summary>
    public Task<CommandOutcome> RunAsync(string arguments)
        => Installation.RunAsync([.. arguments.Split(' '), .. Settings]);

    /// <summary>The doctor's checks of units: result and detail by name.</summary>
    public async Task<Dictionary<string, (string Result, string Detail)>> DoctorAsync()
    {
        var outcome = await RunAsync("doctor --json");
        return JsonDocument.Parse(outcome.Output).RootElement.GetProperty("checks").EnumerateArray()
            .Where(check => check.Text("check").StartsWith("unit ", StringComparison.Ordinal))
            .ToDictionary(
                check => check.Text("check")[5..],
                check => (check.Text("result"), check.Text("detail")),
                StringComparer.Ordinal);
    }

    public void Dispose() => Installation.Dispose();
}
