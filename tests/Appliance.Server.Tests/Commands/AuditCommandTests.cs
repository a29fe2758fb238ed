namespace Appliance.Server.Tests.Commands;

public sealed class AuditCommandTests
{
    [Fact]
    public async Task The_trail_is_shown_newest_first_and_filtered()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        (await installation.RunAsync("signer add --user mihai --name Mihai", "a long enough password")).Succeeded();
        var credential = await installation.JsonAsync("credential create --user ioana --algorithm P-256");

        var all = await installation.JsonAsync("audit show");

        Assert.Equal(
            "credential.created signer.created signer.created admin.added rootkey.created",
            string.Join(' ', all.EnumerateArray().Select(record => record.Text("event"))));
        Assert.Equal("ioana", all[0].Text("user"));
        Assert.Equal(credential.Text("id"), all[0].Text("credentialId"));
        Assert.All(all.EnumerateArray(), record => Assert.Equal(installation.User.Name, record.Text("admin")));
        Assert.Equal(5, await CountAsync($"--admin {installation.User.Name}"));
        Assert.Equal(0, await CountAsync("--admin somebody"));
        Assert.Equal(1, await CountAsync("--user mihai"));
        Assert.Equal(1, await CountAsync($"--credential {credential.Text("id")}"));
        Assert.Equal(2, await CountAsync("--event signer.created"));
        Assert.Equal(3, await CountAsync("--limit 3"));
        var table = (await installation.RunAsync("audit show")).Succeeded().Output;
        Assert.Contains("credential.created", table, StringComparison.Ordinal);
        (await installation.RunAsync("audit show --event nonsense")).Failed("signhash.intent");
        (await installation.RunAsync("audit show --limit 0")).Failed("1 to 10,000");

        async Task<int> CountAsync(string filter)
            => (await installation.JsonAsync($"audit show {filter}")).GetArrayLength();
    }
}
