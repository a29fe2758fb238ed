using System.Diagnostics;
using System.Text.Json;
using Appliance.Storage.Sqlite;

namespace Appliance.Server.Tests.Commands;

public sealed class AuditVerifyTests
{
    [Fact]
    public async Task A_trail_is_sealed_by_the_token_and_anybody_can_verify_the_seal()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();

        var seal = (await installation.JsonAsync("audit seal"))[0];
        var report = await installation.JsonAsync("audit verify");

        Assert.True(report.GetProperty("sound").GetBoolean());
        Assert.Equal(1, report.GetProperty("seals").GetInt32());
        var key = (await installation.JsonAsync("audit key")).Text("publicKey");
        await File.WriteAllTextAsync(installation.PathOf("key.pem"), key, TestContext.Current.CancellationToken);
        WriteBytes(installation.PathOf("body"), seal.Text("body"));
        WriteBytes(installation.PathOf("signature"), seal.Text("signature"));
        Assert.Contains("Verified OK", await OpenSslAsync(installation), StringComparison.Ordinal);
        var listed = (await installation.JsonAsync("audit seals"))[0];
        Assert.Equal(seal.Text("hash"), listed.Text("hash"));
        (await installation.RunAsync(
            "audit verify --key " + installation.PathOf("key.pem"))).Succeeded();
    }

    [Fact]
    public async Task What_was_taken_away_is_named_and_the_exit_code_says_so()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        (await installation.RunAsync("audit seal")).Succeeded();
        Edit(installation, "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit WHERE event = 'signer.created')");

        var outcome = await installation.RunAsync("audit verify --json");

        Assert.Equal(1, outcome.ExitCode);
        using var report = JsonDocument.Parse(outcome.Output);
        Assert.Contains(
            report.RootElement.GetProperty("findings").EnumerateArray(),
            finding => finding.Text("kind") is "MissingRecords" or "MissingTail");
        Assert.Contains("NOT sound", (await installation.RunAsync("audit verify")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_newest_seal_is_remembered_beside_the_store()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        (await installation.RunAsync("audit seal")).Succeeded();
        Edit(installation, "DELETE FROM audit_seal; DELETE FROM audit WHERE event = 'audit.sealed'");

        var outcome = await installation.RunAsync("audit verify");

        Assert.Contains("Seal 1 is missing", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Fact]
    public async Task Another_key_in_the_store_is_refused()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        Edit(installation, "UPDATE meta SET value = replace(value, 'A', 'B') WHERE key = 'audit.seal-key'");

        (await installation.RunAsync("audit verify")).Failed("behind the appliance's back");
        (await installation.RunAsync("audit seal")).Failed("behind the appliance's back");
    }

    [Fact]
    public async Task Records_are_exported_as_lines_and_pruned_behind_a_seal()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        (await installation.RunAsync("audit seal")).Succeeded();

        var lines = (await installation.RunAsync("audit export")).Succeeded().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var syslog = (await installation.RunAsync("audit export --format syslog")).Succeeded().Output;
        var pruned = await installation.JsonAsync("audit prune --before 2100-01-01");
        var report = await installation.JsonAsync("audit verify");

        Assert.All(lines, line => Assert.NotEmpty(JsonDocument.Parse(line).RootElement.Text("hash")!));
        Assert.Contains(lines, line => line.Contains("\"signer.created\"", StringComparison.Ordinal));
        Assert.Matches(
            "<109>1 \\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z \\S+ appliance \\d+ signer.created \\[audit@32473 ", syslog);
        Assert.True(pruned.GetProperty("records").GetInt64() > 3);
        Assert.True(report.GetProperty("sound").GetBoolean());
        Assert.Equal(
            pruned.GetProperty("records").GetInt64(), report.GetProperty("removed").GetInt64());
    }

    private static void Edit(Installation installation, string sql)
    {
        using var database = Database.Open(installation.StorePath, readOnly: false);
        database.Execute(sql);
    }

    private static void WriteBytes(string path, string base64)
        => File.WriteAllBytes(path, Convert.FromBase64String(base64));

    private static async Task<string> OpenSslAsync(Installation installation)
    {
        var start = new ProcessStartInfo("openssl") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])
            [
                "dgst", "-sha256", "-verify", installation.PathOf("key.pem"),
                "-signature", installation.PathOf("signature"), installation.PathOf("body"),
            ])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        return await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
