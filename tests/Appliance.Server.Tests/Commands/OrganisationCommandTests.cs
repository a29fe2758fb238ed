using Appliance.Storage.Sqlite;

namespace Appliance.Server.Tests.Commands;

public sealed class OrganisationCommandTests
{
    [Fact]
    public async Task An_organisation_owns_seals_and_is_limited_and_restored_like_a_signer()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        var made = await installation.JsonAsync(
            "organisation add --user acme --name Acme --registration J40/1/2020 --lei 5493001KJTIIGC8Y1R12 "
            + "--vat RO18547290");
        var seal = await installation.JsonAsync(
            "credential create --user acme --algorithm P-256 --multisign 10000 --factors none");
        (await installation.RunAsync("organisation add --user acme --name Other")).Failed("is taken");
        (await installation.RunAsync("organisation add --user other --name Other --lei 5493001KJTIIGC8Y1R13"))
            .Failed("LEI");
        (await installation.RunAsync("organisation add --user other --name Other --vat 18547290")).Failed("VAT");

        var limited = await installation.JsonAsync("organisation limit acme");
        var shown = await installation.JsonAsync("organisation show acme");
        var restored = await installation.JsonAsync($"organisation restore {made.Text("id")}");
        var list = await installation.JsonAsync("organisation list");

        Assert.Equal(seal.Text("id"), limited.GetProperty("credentials")[0].GetString());
        Assert.Equal(("limited", "5493001KJTIIGC8Y1R12"), (shown.Text("state"), shown.Text("lei")));
        Assert.Equal(1, restored.GetProperty("credentials").GetArrayLength());
        Assert.Equal(("acme", "active", 1), (
            list[0].Text("user"), list[0].Text("state"), list[0].GetProperty("credentials").GetInt32()));
        (await installation.RunAsync("organisation show ioana")).Failed("is no organisation");
        (await installation.RunAsync("organisation restore acme")).Failed("is not limited");
        var trail = await installation.JsonAsync($"audit show --organisation {made.Text("id")}");
        Assert.Equal(
            ["signer.restored", "signer.limited", "credential.created", "organisation.changed"],
            trail.EnumerateArray().Select(record => record.Text("event")),
            StringComparer.Ordinal);

        using (var database = Database.Open(installation.StorePath, readOnly: false))
        {
            database.Execute("UPDATE organisation SET vat = 'RO1'");
        }

        Assert.Equal("tampered", (await installation.JsonAsync("organisation list"))[0].Text("state"));
        (await installation.RunAsync(
            $"signer profile add ioana --kind employee --organisation {made.Text("id")}")).Failed("no organisation");
    }

    [Fact]
    public async Task A_signer_has_profiles_each_with_credentials_of_its_own()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        var organisation = (await installation.JsonAsync("organisation add --user acme --name Acme")).Text("id");
        (await installation.RunAsync("signer profile add ioana --kind employee")).Failed("which it names");
        (await installation.RunAsync($"signer profile add ioana --kind person --organisation {organisation}"))
            .Failed("which it names");
        (await installation.RunAsync("signer profile add acme --kind person")).Failed("one profile");

        var profile = (await installation.JsonAsync(
            $"signer profile add ioana --kind representative --organisation {organisation} --name CEO")).Text("id");
        var made = await installation.JsonAsync(
            $"credential create --user ioana --profile {profile} --algorithm P-256");
        (await installation.RunAsync($"credential create --user acme --profile {profile} --algorithm P-256"))
            .Failed("not one of its signer");
        (await installation.RunAsync($"signer profile end ioana --profile {profile}")).Succeeded();
        (await installation.RunAsync($"signer profile end ioana --profile {profile}")).Failed("ended before");
        (await installation.RunAsync($"credential create --user ioana --profile {profile} --algorithm P-256"))
            .Failed("has ended");

        var profiles = await installation.JsonAsync("signer profile list ioana");
        Assert.Equal(
            [("person", "active"), ("representative", "ended")],
            profiles.EnumerateArray().Select(row => (row.Text("kind"), row.Text("state"))));
        var credentials = await installation.JsonAsync("credential list");
        Assert.Equal(
            "suspended", credentials.EnumerateArray().Single(row => row.Text("id") == made.Text("id")).Text("state"));
    }
}
