using System.Text;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Enrolments;
using Appliance.Server.Tests.Hosting;
using Appliance.Server.Tests.Processes;

namespace Appliance.Server.Tests.Secrets;

/// <summary>
/// Nothing that a server writes, shows or leaves behind holds a secret: its log at trace level with exceptions in full,
/// its metrics, its command line and environment, the store and its write-ahead log.
/// </summary>
public sealed class SecretTests : IDisposable
{
    private const string Pin = "739145";

    private const string Import = """
        [{"user":"ioana","name":"Ioana Pop","password":"correct horse 1","factor":true,
          "email":"ioana@example.com","phone":"+40721123456","credentials":[
            {"algorithm":"P-256"},{"algorithm":"P-256","factors":"pin"},{"algorithm":"P-256","factors":"approval"}]}]
        """;

    private readonly Spool _spool = new();
    private readonly Installation _installation = new();
    private readonly SecretSearch _search = new();
    private readonly List<string> _found = [];

    [Fact]
    public async Task A_server_process_leaves_no_secret_anywhere()
    {
        (await _installation.RunAsync("init")).Succeeded();
        var file = _installation.PathOf("signers.json");
        await File.WriteAllTextAsync(file, Import, TestContext.Current.CancellationToken);
        var signer = new TestSigner((await _installation.JsonAsync($"signer import {file}"))[0]);
        (await _installation.RunAsync("factor pin --user ioana", Pin)).Succeeded();
        var client = (await _installation.JsonAsync(
            "client create --client portal --reach all --operations read,authorize,sign,enrol")).Text("id");
        var clientSecret = (await _installation.JsonAsync("client secret add --client portal")).Text("secret");
        _search.Add("token PIN", SoftHsmTokens.Pin);
        using var server = await ServeProcess.StartAsync(
            _installation,
            ["--set", "Log:Level=Trace", "--set", "Notify:Email=spool", "--set", "Notify:Sms=spool",
                "--set", $"Notify:SpoolFolder={_spool.Folder}"]);
        using var scenario = new SecretScenario(server.Ready!, signer, TimeProvider.System.GetUtcNow, _search);
        await scenario.PlayAsync();
        await scenario.PlayEnrolmentAsync(_spool, "ioana@example.com", "+40721123456", Pin, (client, clientSecret));

        var process = $"/proc/{server.Id}";
        Look("command line", await ReadAsync($"{process}/cmdline"));
        Look("environment", await ReadAsync($"{process}/environ"));
        await LookAtStoreAsync("the running server's");
        server.Terminate();
        var end = await server.EndAsync();
        Look("output", Encoding.UTF8.GetBytes(end.Output));
        Look("log", Encoding.UTF8.GetBytes(end.Error));
        await LookAtStoreAsync("the stopped server's");

        Assert.Empty(_found);
        // The search has looked at what it should have: a log that holds every request, a store that holds the signer.
        Assert.Contains("dbug", end.Output + end.Error, StringComparison.OrdinalIgnoreCase);
        var planted = new SecretSearch();
        planted.Add("user name", signer.User);
        Assert.NotEmpty(planted.Find("store", await ReadAsync(_installation.StorePath)));
    }

    public void Dispose()
    {
        _spool.Dispose();
        _installation.Dispose();
    }

    private void Look(string place, byte[] data)
    {
        Assert.NotNull(data);
        _found.AddRange(_search.Find(place, data));
    }

    private async Task LookAtStoreAsync(string whose)
    {
        foreach (var suffix in new[] { "", "-wal", "-shm" })
        {
            var path = _installation.StorePath + suffix;
            if (File.Exists(path))
            {
                Look($"{whose} store{suffix}", await ReadAsync(path));
            }
        }
    }

    private static async Task<byte[]> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await using var copy = new MemoryStream();
        await file.CopyToAsync(copy, TestContext.Current.CancellationToken);
        return copy.ToArray();
    }
}
