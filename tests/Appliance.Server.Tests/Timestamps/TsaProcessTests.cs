using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Processes;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>The authority as an operator runs it: the real process, units of four algorithms, openssl.</summary>
public sealed class TsaProcessTests
{
    private static readonly (string Name, string Algorithm)[] s_units =
        [("rsa2048", "RSA-2048"), ("rsa3072", "RSA-3072"), ("p256", "P-256"), ("p384", "P-384")];

    [Fact]
    public async Task Units_of_four_algorithms_answer_openssl()
    {
        using var scene = new UnitScene();
        await scene.InitAsync();
        var chains = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, algorithm) in s_units)
        {
            chains.Add(name, await scene.AddAsync(name, algorithm));
        }

        scene.Set("Timestamping:Default", "p384");
        using var server = await ServeProcess.StartAsync(scene.Installation, scene.Settings);
        Assert.NotNull(server.Ready);
        using var rest = new HttpClient { BaseAddress = new Uri(server.Ready.Rest) };
        foreach (var (name, _) in s_units.Append(("", "")))
        {
            var path = "/tsa" + (name.Length > 0 ? "/" + name : "");
            await StampAsync(scene, rest, path, chains[name.Length > 0 ? name : "p384"], hash: "-sha256");
            await StampAsync(scene, rest, path, chains[name.Length > 0 ? name : "p384"], hash: "-sha3-512");
        }

        var status = (await scene.Installation.JsonAsync("status"))
            .GetProperty("timestampUnits").EnumerateArray().ToList();
        Assert.Equal(
            ["p384", "p256", "rsa2048", "rsa3072"], status.Select(unit => unit.Text("unit")), StringComparer.Ordinal);
        Assert.All(status, unit => Assert.True(unit.GetProperty("clockTrusted").GetBoolean(), unit.Text("clock")));
        Assert.All(status, unit => Assert.False(unit.GetProperty("ended").GetBoolean()));
        Assert.Contains(
            "RSA-3072", (await scene.Installation.RunAsync("status")).Succeeded().Output, StringComparison.Ordinal);
        var checks = await scene.DoctorAsync();
        Assert.Equal(4, checks.Count);
        Assert.All(checks.Values, check => Assert.Equal("ok", check.Result));
        var listed = JsonDocument.Parse(
            (await scene.Installation.RunAsync("timestamp unit list --json")).Succeeded().Output).RootElement;
        Assert.Equal(4, listed.GetArrayLength());

        // A key that is made beside the server that runs, by it.
        (await scene.Installation.RunAsync("timestamp unit create p256 --algorithm P-256")).Failed("already");
        await scene.AddAsync("late");
    }

    private static async Task StampAsync(UnitScene scene, HttpClient rest, string path, string chainPem, string hash)
    {
        var (data, query, reply, chain) = (
            scene.PathOf("data"), scene.PathOf("query.tsq"), scene.PathOf("reply.tsr"), scene.PathOf("chain"));
        await File.WriteAllBytesAsync(data, RandomNumberGenerator.GetBytes(100), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(chain, chainPem, TestContext.Current.CancellationToken);
        var authority = chainPem[chainPem.LastIndexOf("-----BEGIN", StringComparison.Ordinal)..];
        await File.WriteAllTextAsync(chain + ".ca", authority, TestContext.Current.CancellationToken);
        OpenSsl.Run("ts", "-query", "-data", data, hash, "-cert", "-out", query);
        using var content = new ByteArrayContent(
            await File.ReadAllBytesAsync(query, TestContext.Current.CancellationToken));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var answer = await rest.PostAsync(
            new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal("application/timestamp-reply", answer.Content.Headers.ContentType?.MediaType);
        await File.WriteAllBytesAsync(
            reply,
            await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken);

        Assert.Contains(
            "Verification: OK",
            OpenSsl.Run("ts", "-verify", "-queryfile", query, "-in", reply, "-CAfile", chain + ".ca"),
            StringComparison.Ordinal);
        Assert.Contains(
            "Verification: OK",
            OpenSsl.Run(
                "ts", "-verify", "-data", data, "-in", reply, "-CAfile", chain + ".ca", "-untrusted", chain),
            StringComparison.Ordinal);
    }
}
