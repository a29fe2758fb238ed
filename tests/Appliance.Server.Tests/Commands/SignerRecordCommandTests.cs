using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Factors;
using Appliance.Identity;
using Appliance.Server.Hosting;
using Appliance.Server.Options;
using Appliance.Storage;
using Appliance.Tests.Shared.Postgres;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Server.Tests.Commands;

public sealed class SignerRecordCommandTests
{
    private const string Signers = "[{\"user\":\"zaharia@example.ro\",\"name\":\"Zaharia Petronela\","
        + "\"password\":\"correct horse 1\",\"email\":\"zaharia.p@example.ro\",\"phone\":\"+40721987654\","
        + "\"language\":\"ro\",\"factor\":true,\"credentials\":[{\"algorithm\":\"P-256\",\"description\":\"payroll of "
        + "Zaharia\",\"package\":200}]},{\"user\":\"other\",\"name\":\"Somebody Else\",\"phone\":\"+40721000000\"}]";

    private static readonly string[] s_personal =
    [
        "zaharia@example.ro", "ZAHARIA@EXAMPLE.RO", "Zaharia Petronela", "zaharia.p@example.ro", "+40721987654",
        "payroll of Zaharia",
    ];

    [Fact]
    public async Task An_export_has_all_that_is_kept_and_no_secret()
    {
        using var installation = new Installation();
        var imported = await ImportAsync(installation);

        var export = await installation.JsonAsync("signer export zaharia@example.ro");

        Assert.Equal("Zaharia Petronela", export.Text("name"));
        Assert.Equal("+40721987654", export.GetProperty("contact").Text("phone"));
        Assert.Equal("person", export.GetProperty("profiles")[0].Text("kind"));
        var credential = export.GetProperty("credentials")[0];
        Assert.Contains("BEGIN CERTIFICATE", credential.GetProperty("credential").Text("certificatePem"),
            StringComparison.Ordinal);
        Assert.Equal(200, credential.GetProperty("packages")[0].GetProperty("total").GetInt32());
        Assert.Equal("active", export.GetProperty("authenticator").Text("state"));
        Assert.True(export.GetProperty("hasPassword").GetBoolean());
        var events = export.GetProperty("audit").EnumerateArray().Select(record => record.Text("event")).ToList();
        Assert.Equal("signer.created", events[0]);
        Assert.Equal("signer.exported", events[^1]);
        Assert.DoesNotContain(imported.Text("totpSecret"), export.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("correct horse", export.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("Somebody", export.GetRawText(), StringComparison.Ordinal);
        (await installation.RunAsync("signer export nobody")).Failed("There is no signer");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_erased_signer_is_an_id_with_evidence(bool postgres)
    {
        using var installation = postgres
            ? Installation.On(PostgresCluster.Shared.CreateDatabase())
            : new Installation();
        var id = (await ImportAsync(installation)).GetProperty("id").GetGuid();
        var before = await installation.JsonAsync($"signer export {id:D}");
        var pem = before.GetProperty("credentials")[0].GetProperty("credential").Text("certificatePem");
        (await installation.RunAsync($"signer erase {id:D}")).Failed("--yes");

        (await installation.RunAsync($"signer erase {id:D} --yes")).Succeeded();
        (await installation.RunAsync($"signer erase {id:D} --yes")).Succeeded();

        var after = await installation.JsonAsync($"signer export {id:D}");
        var text = after.GetRawText();
        Assert.DoesNotContain(s_personal, personal => text.Contains(personal, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("erased", after.Text("state"));
        Assert.Equal($"erased-{id:N}", after.Text("user"));
        Assert.Equal(JsonValueKind.Null, after.GetProperty("contact").ValueKind);
        Assert.Equal(JsonValueKind.Null, after.GetProperty("authenticator").ValueKind);
        Assert.False(after.GetProperty("hasPassword").GetBoolean());
        var credential = after.GetProperty("credentials")[0];
        Assert.Equal("disabled", credential.GetProperty("credential").Text("state"));
        PemEncoding.TryFind(pem, out var fields);
        var der = Convert.FromBase64String(pem[fields.Base64Data]);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(der)),
            credential.GetProperty("erasedCertificates")[0].GetString());
        Assert.Equal(before.GetProperty("credentials")[0].Text("publicKey"), credential.Text("publicKey"));
        var trail = after.GetProperty("audit").EnumerateArray().ToList();
        Assert.Equal(1, trail.Count(record => record.Text("event") == "signer.erased"));
        Assert.Contains(trail, record => record.Text("event") == "signer.created");
        (await installation.RunAsync($"signer contact {id:D} --phone +40721987654")).Failed("There is no signer");
        (await installation.RunAsync($"signer lift {id:D}")).Failed("not restricted");
        (await installation.RunAsync($"signer restrict {id:D}")).Failed("erased");
        (await installation.RunAsync("signer contact other")).Succeeded();

        // The name is free again.
        (await installation.RunAsync("signer add --user zaharia@example.ro --name New", "a long enough password"))
            .Succeeded();
    }

    [Fact]
    public async Task What_was_erased_is_in_no_file_of_the_store_any_more()
    {
        using var installation = new Installation();
        var id = (await ImportAsync(installation)).GetProperty("id").GetGuid();

        // An earlier number and a message on its way leave their marks too.
        (await installation.RunAsync($"signer contact {id:D} --phone +40799111222")).Succeeded();
        await using (var composition = Open(installation))
        {
            var notices = composition.Notices;
            await composition.Loop.WriteAsync(
                connection =>
                {
                    notices.Enqueue(connection, Message(id));
                    return true;
                },
                TestContext.Current.CancellationToken);
            Assert.Contains("+40799111222", Bytes(installation), StringComparison.Ordinal);
            Assert.Contains("Zaharia Petronela", Bytes(installation), StringComparison.Ordinal);
        }

        // The store stays open: what a close does is no merit of the erasure's.
        await using (var composition = Open(installation))
        {
            var records = new SignerRecords(
                composition.Store, composition.Loop, TimeProvider.System);
            Assert.True(await records.EraseAsync(id, TestContext.Current.CancellationToken));

            var bytes = Bytes(installation);
            Assert.All(
                s_personal.Append("+40799111222"),
                personal => Assert.DoesNotContain(personal, bytes, StringComparison.Ordinal));
            Assert.Contains("Somebody Else", bytes, StringComparison.Ordinal);
            Assert.Equal(0, composition.Store.Read(connection => connection.Notices.CountBySigner(id)));
        }
    }

    [Fact]
    public async Task A_reader_that_looks_at_the_log_delays_its_end_and_not_the_erasure()
    {
        using var installation = new Installation();
        var id = (await ImportAsync(installation)).GetProperty("id").GetGuid();
        await using var composition = Open(installation);
        var records = new SignerRecords(composition.Store, composition.Loop, TimeProvider.System);
        using var reading = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var reader = new Thread(() => composition.Store.Read(connection =>
        {
            var found = connection.Signers.Find(id);
            reading.Set();
            go.Wait(TestContext.Current.CancellationToken);
            return found;
        }))
        {
            IsBackground = true,
        };
        await composition.Loop.WriteAsync(
            connection => connection.Signers.SetState(id, SignerState.Active), TestContext.Current.CancellationToken);
        reader.Start();
        reading.Wait(TestContext.Current.CancellationToken);

        Assert.False(await records.EraseAsync(id, TestContext.Current.CancellationToken));
        go.Set();
        reader.Join();
        await composition.Loop.WriteAsync(static _ => true, TestContext.Current.CancellationToken);

        Assert.False(composition.Store.IsScrubPending);
        Assert.DoesNotContain("Zaharia Petronela", Bytes(installation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SignerState.Active)]
    [InlineData(SignerState.Limited)]
    public async Task A_restriction_is_lifted_to_what_was_before(SignerState before)
    {
        using var installation = new Installation();
        var id = (await ImportAsync(installation)).GetProperty("id").GetGuid();
        using (var store = Store.Open(new StoreOptions { Path = installation.StorePath }))
        {
            store.Writer.Signers.SetState(id, before);
        }

        (await installation.RunAsync($"signer restrict {id:D}")).Succeeded();
        Assert.Equal("restricted", (await installation.JsonAsync($"signer restrict {id:D}")).Text("state"));
        Assert.Equal(
            before.ToString().ToLowerInvariant(), (await installation.JsonAsync($"signer lift {id:D}")).Text("state"));
        (await installation.RunAsync($"signer lift {id:D}")).Failed("not restricted");
        var changes = await installation.JsonAsync("audit show --user zaharia@example.ro --event signer.changed");
        Assert.Equal(
            "restriction lifted, restricted",
            string.Join(", ", changes.EnumerateArray().Select(record => record.Text("detail"))));
    }

    private static Notice Message(Guid id) => new(
        id,
        NoticeKind.PairingCode,
        NoticeChannel.Sms,
        "+40799111222",
        "ro",
        new Dictionary<string, string>(StringComparer.Ordinal) { ["code"] = "123456" });

    private static Composition Open(Installation installation) => Composition.Open(
        OptionsReader.Read(new ConfigurationBuilder().AddJsonFile(installation.PathOf("appliance.json")).Build()),
        TimeProvider.System,
        NullLoggerFactory.Instance);

    /// <summary>Database, log and index as they are on disk, a character a byte.</summary>
    private static string Bytes(Installation installation)
    {
        var all = new StringBuilder();
        foreach (var end in new[] { "", "-wal", "-shm" })
        {
            using var stream = new FileStream(
                installation.StorePath + end, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            all.Append(Encoding.Latin1.GetString(copy.ToArray()));
        }

        return all.ToString();
    }

    private static async Task<JsonElement> ImportAsync(Installation installation)
    {
        (await installation.RunAsync("init")).Succeeded();
        var file = installation.PathOf("signers.json");
        await File.WriteAllTextAsync(file, Signers, TestContext.Current.CancellationToken);
        return (await installation.RunAsync($"signer import {file}")).Json()[0];
    }
}
