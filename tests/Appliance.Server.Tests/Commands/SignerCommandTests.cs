using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Appliance.Server.Tests.Commands;

public sealed class SignerCommandTests
{
    private const string Two = "[{\"user\":\"s1@example.com\",\"name\":\"Signer One\",\"password\":\"correct horse 1\","
        + "\"factor\":true,\"credentials\":[{\"algorithm\":\"RSA-2048\",\"multisign\":10000},"
        + "{\"algorithm\":\"P-256\",\"multisign\":10000,\"scal\":1,\"years\":3,\"description\":\"payslips\"}]},"
        + "{\"user\":\"s2\\u0040example.com\",\"name\":\"Signer Two\"}]";

    [Fact]
    public async Task A_signer_is_added_once_whatever_the_case()
    {
        using var installation = new Installation(withToken: false);
        var added = await installation.JsonAsync("signer add --user Ioana --name Pop", "a long enough password");

        Assert.NotEqual(Guid.Empty, added.GetProperty("id").GetGuid());
        var again = await installation.RunAsync("signer add --user IOANA --name Pop", "a long enough password");
        again.Failed("is taken");
    }

    [Fact]
    public async Task A_password_comes_from_a_file_or_a_pipe_and_must_meet_the_policy()
    {
        using var installation = new Installation(withToken: false);
        var file = installation.PathOf("password");
        await File.WriteAllTextAsync(file, "first line\nsecond line\n", TestContext.Current.CancellationToken);

        (await installation.RunAsync($"signer add --user one --name One --password-file {file}")).Succeeded();
        (await installation.RunAsync("signer add --user two --name Two", "short")).Failed("8");
        (await installation.RunAsync("signer add --user two --name Two")).Failed("No password came");
        (await installation.RunAsync($"signer add --user two --name Two --password-file {file}x")).Failed("password");
    }

    [Fact]
    public async Task A_password_cannot_be_an_argument()
    {
        using var installation = new Installation(withToken: false);

        (await installation.RunAsync("signer add --user one --name One --password secret-words"))
            .Failed("Unrecognized", exitCode: 2);
    }

    [Fact]
    public async Task An_import_makes_signers_factors_and_credentials()
    {
        using var installation = new Installation();
        (await installation.RunAsync("init")).Succeeded();
        var made = await ImportAsync(installation, Two);

        Assert.Equal(2, made.GetArrayLength());
        Assert.Equal("correct horse 1", made[0].Text("password"));
        Assert.True(made[1].Text("password").Length >= 20);
        Assert.Equal(JsonValueKind.Null, made[1].GetProperty("totpSecret").ValueKind);
        var credentials = made[0].GetProperty("credentials");
        Assert.Equal("RSA-2048", credentials[0].Text("algorithm"));
        using var certificate = X509Certificate2.CreateFromPem(credentials[1].Text("certificatePem"));
        Assert.Contains("CN=Signer One", certificate.Subject, StringComparison.Ordinal);
        Assert.NotNull(certificate.GetECDsaPublicKey());
        var listed = await installation.JsonAsync("credential list --user s1@example.com");
        Assert.Equal(2, listed.GetArrayLength());
        Assert.Equal(1, listed[1].GetProperty("scal").GetInt32());
        Assert.Equal(10_000, listed[0].GetProperty("multisign").GetInt32());
        Assert.Equal("payslips", listed[1].Text("description"));
    }

    [Fact]
    public async Task An_imported_factor_is_active_and_its_present_code_is_fresh()
    {
        using var installation = new Installation { Time = new FixedTime(TimeProvider.System.GetUtcNow()) };
        (await installation.RunAsync("init")).Succeeded();
        await ImportAsync(installation, Two);

        var events = await installation.JsonAsync("audit show --user s1@example.com --event factor.activated");
        Assert.Equal("ok", events[0].Text("outcome"));
        // An active factor is not paired again, whatever the code.
        var again = await installation.RunAsync("factor activate --user s1@example.com --code 000000");
        again.Failed("waits for its first");
        using var store = Storage.Store.Open(new Storage.StoreOptions { Path = installation.StorePath });
        var signer = store.Writer.Signers.FindByUserName("s1@example.com")!;
        var factor = store.Writer.Factors.FindBySigner(signer.Id)!;
        Assert.Equal(Factors.Totp.Step(installation.Time.GetUtcNow(), 30) - 1, factor.LastStep);
    }

    [Fact]
    public async Task A_contact_is_set_with_the_signer_and_changed_part_by_part()
    {
        using var installation = new Installation();
        (await installation.RunAsync("init")).Succeeded();
        var added = await installation.JsonAsync(
            "signer add --user ioana --name Ioana --email ioana@example.ro --phone +40721123456 --language ro",
            "a long enough password");
        var id = added.GetProperty("id").GetGuid();

        var told = await installation.JsonAsync($"signer contact {id:D}");
        Assert.Equal("ioana@example.ro", told.Text("email"));
        Assert.Equal("+40721123456", told.Text("phone"));
        Assert.Equal("ro", told.Text("language"));
        var changed = await installation.JsonAsync("signer contact ioana --phone +40722000000 --email none");
        Assert.Equal(JsonValueKind.Null, changed.GetProperty("email").ValueKind);
        Assert.Equal("+40722000000", changed.Text("phone"));
        Assert.Equal("ro", changed.Text("language"));
        (await installation.RunAsync("signer contact ioana --phone 0722000000")).Failed("E.164");
        (await installation.RunAsync("signer contact nobody --phone +40722000000")).Failed("There is no signer");
        var events = await installation.JsonAsync("audit show --event contact.changed");
        Assert.Equal("e-mail, telephone", events[0].Text("detail"));
        Assert.DoesNotContain("0722", events.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contact_that_another_hand_wrote_is_not_told_as_if_it_were_the_signers()
    {
        using var installation = new Installation();
        (await installation.RunAsync("init")).Succeeded();
        (await installation.RunAsync(
            "signer add --user ioana --name Ioana --phone +40721123456", "a long enough password")).Succeeded();
        using (var store = Storage.Store.Open(new Storage.StoreOptions { Path = installation.StorePath }))
        {
            var id = store.Writer.Signers.FindByUserName("ioana")!.Id;
            store.Writer.Contacts.Upsert(store.Writer.Contacts.Find(id)! with { Phone = "+40700000000" });
        }

        (await installation.RunAsync("signer contact ioana")).Failed("another hand");
    }

    [Fact]
    public async Task An_import_takes_contacts()
    {
        using var installation = new Installation();
        (await installation.RunAsync("init")).Succeeded();
        await ImportAsync(
            installation,
            "[{\"user\":\"one\",\"name\":\"One\",\"email\":\"one@example.ro\",\"phone\":\"+40721123456\","
            + "\"language\":\"ro\"}]");

        Assert.Equal("one@example.ro", (await installation.JsonAsync("signer contact one")).Text("email"));
    }

    [Theory]
    [InlineData("[{\"user\":\"one\",\"name\":\"X\",\"email\":\"one\"}]", "one: The e-mail address")]
    [InlineData("[{\"user\":\"one\",\"name\":\"X\",\"phone\":\"0721\"}]", "E.164")]
    [InlineData("[{\"user\":\"one\",\"name\":\"X\",\"language\":\"Romanian\"}]", "two small letters")]
    [InlineData("[{\"user\":\"a b:c\",\"name\":\"X\"}]", "colon")]
    [InlineData("[{\"user\":\"one\",\"name\":\"\"}]", "name needs")]
    [InlineData("[{\"user\":\"one\",\"name\":\"X\",\"password\":\"short\"}]", "one: ")]
    [InlineData("[{\"user\":\"one\",\"name\":\"X\"},{\"user\":\"ONE\",\"name\":\"Y\"}]", "twice")]
    [InlineData("[{\"user\":\"one\",\"name\":\"X\",\"credentials\":[{\"algorithm\":\"DSA\"}]}]", "no key algorithm")]
    [InlineData("[{\"user\":\"one\",\"name\":\"X\",\"credentials\":[{}]}]", "JSON cannot be read")]
    [InlineData("[{\"user\":\"one\",\"name\":\"X\",\"typo\":1}]", "JSON cannot be read")]
    [InlineData("[{\"user\":\"one\",\"name\":\"X\",\"credentials\":null}]", "null where")]
    [InlineData("[{\"user\":\"one\",\"name\":\"X\",\"credentials\":[null]}]", "null where")]
    [InlineData("[{\"user\":\"one\",\"name\":null}]", "name needs")]
    [InlineData("[{\"user\":null,\"name\":\"X\"}]", "user name")]
    [InlineData("[null]", "null")]
    [InlineData("{}", "JSON cannot be read")]
    [InlineData("", "JSON cannot be read")]
    public async Task A_wrong_import_file_adds_nobody(string json, string because)
    {
        using var installation = new Installation(withToken: false);
        var file = installation.PathOf("signers.json");
        await File.WriteAllTextAsync(file, json, TestContext.Current.CancellationToken);

        (await installation.RunAsync($"signer import {file}")).Failed(because);
    }

    [Fact]
    public async Task An_import_that_fails_half_way_adds_nobody_and_leaves_no_key()
    {
        using var installation = new Installation();
        (await installation.RunAsync("init")).Succeeded();
        const string Json = "[{\"user\":\"one\",\"name\":\"X\",\"credentials\":[{\"algorithm\":\"P-256\"},"
            + "{\"algorithm\":\"P-256\",\"years\":9}]}]";
        var file = installation.PathOf("signers.json");
        await File.WriteAllTextAsync(file, Json, TestContext.Current.CancellationToken);

        (await installation.RunAsync($"signer import {file}")).Failed("1 to 3 years");
        (await installation.RunAsync("credential list --user one")).Failed("There is no signer");
        (await installation.RunAsync($"signer import {installation.PathOf("absent")}")).Failed("absent");
    }

    private static async Task<JsonElement> ImportAsync(Installation installation, string json)
    {
        var file = installation.PathOf("signers.json");
        await File.WriteAllTextAsync(file, json, TestContext.Current.CancellationToken);
        return (await installation.RunAsync($"signer import {file}")).Json();
    }
}
