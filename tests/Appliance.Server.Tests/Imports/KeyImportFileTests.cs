using System.Globalization;
using System.Text;
using System.Text.Json;
using Appliance.Pkcs11;
using Appliance.Server.Tests.Admin;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Imports;

/// <summary>`credential import --file` beside a running server, over its socket.</summary>
public sealed class KeyImportFileTests : IAsyncLifetime
{
    private const int Keys = 500;

    private readonly CommandServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Hundreds_of_keys_are_adopted_and_a_second_run_changes_nothing()
    {
        using var foreign = new ForeignToken(_server.Installation);
        (await _server.RunAsync("signer add --user ioana --name Ioana", "a long enough password")).Succeeded();
        var lines = new StringBuilder("\uFEFF\n");
        var token = _server.Composition.Token;
        for (var i = 0; i < Keys; i++)
        {
            var id = Encoding.ASCII.GetBytes(i.ToString("x8", CultureInfo.InvariantCulture));
            var publicKey = token.GenerateKeyPair(KeyAlgorithm.EcP256, id, $"key {i}");
            using var leaf = foreign.Certify(publicKey, $"CN=Signer {i}");
            var pem = leaf.ExportCertificatePem() + "\n" + foreign.Authority.ExportCertificatePem();
            lines.Append(JsonSerializer.Serialize(new { keyId = Convert.ToHexString(id), certificates = pem }))
                .Append("\r\n");
        }

        var file = _server.Installation.PathOf("keys.jsonl");
        await File.WriteAllTextAsync(file, lines.ToString(), TestContext.Current.CancellationToken);
        const string Defaults = "--user ioana --multisign 50";

        var dry = await ImportAsync(file, Defaults + " --dry-run");
        Assert.All(dry.EnumerateArray(), result => Assert.Equal("possible", result.Text("status")));
        var first = await ImportAsync(file, Defaults);
        Assert.Equal(Keys, first.GetArrayLength());
        Assert.All(first.EnumerateArray(), result => Assert.Equal("adopted", result.Text("status")));
        var before = await ListAsync();
        Assert.Equal(Keys, before.Length);

        // The rest of a file whose first half is done: wrong lines among right ones, and all that was there before.
        await File.AppendAllTextAsync(
            file,
            "nonsense\n{\"keyId\":\"00\"}\nnull\n{\"user\":\"nobody\",\"label\":\"key 1\"}\n{\"lable\":\"x\"}\n{}\n",
            TestContext.Current.CancellationToken);
        var outcome = await _server.RunAsync($"credential import --file {file} {Defaults} --json");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("6 of 506 keys were refused", outcome.Error, StringComparison.Ordinal);
        var second = JsonDocument.Parse(outcome.Output).RootElement.EnumerateArray().ToList();
        Assert.All(second.Take(Keys), result => Assert.Equal("present", result.Text("status")));
        Assert.All(second.Skip(Keys), result => Assert.Equal("refused", result.Text("status")));
        Assert.Equal(
            [502, 503, 504, 505, 506, 507], second.Skip(Keys).Select(one => one.GetProperty("line").GetInt32()));
        Assert.Equal(before, await ListAsync());

        var told = await _server.RunAsync($"credential import --file {file} {Defaults}");
        Assert.Contains("500 present, 6 refused.", told.Output, StringComparison.Ordinal);
        Assert.Contains("no such private key", told.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_lines_of_one_key_make_one_credential()
    {
        using var foreign = new ForeignToken(_server.Installation);
        (await _server.RunAsync("signer add --user ioana --name Ioana", "a long enough password")).Succeeded();
        (await _server.RunAsync("signer add --user mihai --name Mihai", "a long enough password")).Succeeded();
        using var leaf = foreign.Certify(
            _server.Composition.Token.GenerateKeyPair(KeyAlgorithm.EcP256, [7], "twice"));
        var line = JsonSerializer.Serialize(new { label = "twice", certificates = leaf.ExportCertificatePem() });
        var file = _server.Installation.PathOf("keys.jsonl");
        await File.WriteAllTextAsync(
            file,
            string.Concat(Enumerable.Repeat(line + "\n", 20))
                + line.Replace("{", "{\"user\":\"mihai\",", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);

        var outcome = await _server.RunAsync($"credential import --file {file} --user ioana --json");

        var results = JsonDocument.Parse(outcome.Output).RootElement.EnumerateArray()
            .Select(result => result.Text("status")).ToList();
        Assert.Single(results, status => status == "adopted");
        Assert.Single(await ListAsync());
    }

    private async Task<JsonElement> ImportAsync(string file, string options)
        => (await _server.RunAsync($"credential import --file {file} {options} --json")).Json();

    /// <summary>The credentials with their versions' content.</summary>
    private async Task<string[]> ListAsync()
        => [.. (await _server.RunAsync("credential list --json")).Json().EnumerateArray()
            .Select(row => row.GetRawText())];
}
