using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Ledger;
using Appliance.Server.Tests.Admin;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Timestamps;
using Appliance.Storage.Sqlite;
using Appliance.Timestamping;

namespace Appliance.Server.Tests.Auditing;

/// <summary>Audit seals with time stamps by the appliance's own units.</summary>
public sealed class SealStampTests
{
    [Fact]
    public async Task A_seal_is_stamped_by_the_default_unit_and_openssl_verifies_it()
    {
        await using var server = new CommandServer { Units = ["aa", "bb"] };
        await server.InitializeAsync();
        var installation = server.Installation;

        var seal = (await installation.JsonAsync("audit seal"))[0];

        var token = Convert.FromBase64String(seal.Text("timestamp"));
        var digest = SHA256.HashData(Convert.FromBase64String(seal.Text("signature")));
        await WriteAsync(installation, "token", token);
        var said = OpenSsl.Run(
            "ts", "-verify", "-token_in", "-in", installation.PathOf("token"),
            "-digest", Convert.ToHexString(digest), "-CAfile", await AuthorityAsync(installation));
        Assert.Contains("Verification: OK", said, StringComparison.Ordinal);

        var serial = Convert.ToHexString(TimestampToken.Decode(token).SerialNumber.Span);
        var records = await installation.JsonAsync($"audit show --serial {serial}");
        Assert.Equal(
            ["timestamp.issued", "timestamp.intent"],
            records.EnumerateArray().Select(r => r.Text("event")),
            StringComparer.Ordinal);
        Assert.All(records.EnumerateArray(), record
            => Assert.Equal(Convert.ToHexStringLower(digest), record.Text("digest")));
        Assert.StartsWith("unit aa serial ", records[1].Text("detail"), StringComparison.Ordinal);

        var now = TimeProvider.System.GetUtcNow();
        foreach (var (filter, count) in new[]
        {
            ($"--serial 0x{serial.TrimStart('0').ToLowerInvariant()}", 2),
            ("--digest " + Convert.ToHexString(digest), 2),
            ("--request " + records[0].Text("requestId"), 2),
            ("--event timestamp.issued", 1),
            ($"--serial {serial} --from {now.AddMinutes(-9):s}Z --to {now.AddMinutes(9):s}Z", 2),
            ($"--serial {serial} --to {now.AddMinutes(-9):s}Z", 0),
        })
        {
            Assert.Equal(count, (await installation.JsonAsync("audit show " + filter)).GetArrayLength());
        }

        var report = await installation.JsonAsync("audit verify");
        Assert.True(report.GetProperty("sound").GetBoolean());
        Assert.Equal((1, 1), (report.GetProperty("seals").GetInt32(), report.GetProperty("timestamps").GetInt32()));
        var exported = (await installation.RunAsync("audit export --seals")).Succeeded().Output;
        Assert.Equal(seal.Text("timestamp"), JsonDocument.Parse(exported).RootElement.Text("timestamp"));
    }

    [Fact]
    public async Task A_seal_makes_two_records_of_its_stamp_and_no_more()
    {
        await using var server = new CommandServer { Units = ["aa"] };
        await server.InitializeAsync();

        for (var i = 0; i < 3; i++)
        {
            (await server.RunAsync("audit seal")).Succeeded();
        }

        Assert.Equal(3, server.Audit(AuditEvent.TimestampIntent).Count);
        Assert.Equal(3, server.Audit(AuditEvent.TimestampIssued).Count);
        Assert.Equal(3, server.Audit(AuditEvent.AuditSealed).Count);
    }

    [Fact]
    public async Task While_the_clock_is_not_trusted_seals_go_on_without_and_one_line_says_so()
    {
        await using var server = new CommandServer { Units = ["aa"] };
        await server.InitializeAsync();
        var now = TimeProvider.System.GetUtcNow();

        server.Timestamps!.Clock.Assert(now.AddDays(-1), "the test");
        var first = (await server.Installation.JsonAsync("audit seal"))[0];
        var second = (await server.Installation.JsonAsync("audit seal"))[0];
        var status = await server.Installation.JsonAsync("status");
        server.Timestamps.Clock.Assert(now.AddDays(1), "the test");
        var third = (await server.Installation.JsonAsync("audit seal"))[0];

        Assert.Equal(
            (JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.String),
            (Kind(first), Kind(second), Kind(third)));
        Assert.Equal("the unit aa says TimeNotAvailable", status.Text("auditStampObstacle"));
        Assert.Equal(1, server.Log.Count("have no time stamp until"));
        Assert.Equal(1, server.Log.Count("have time stamps again"));
        Assert.True((await server.Installation.JsonAsync("audit verify")).GetProperty("sound").GetBoolean());
    }

    [Theory]
    [InlineData("bb", "unit bb ")]
    [InlineData("none", null)]
    public async Task A_setting_names_the_unit_or_none(string setting, string? unit)
    {
        await using var server = new CommandServer
        {
            Units = ["aa", "bb"],
            Settings = [new("Audit:SealUnit", setting)],
        };
        await server.InitializeAsync();

        (await server.RunAsync("audit seal")).Succeeded();

        var intents = server.Audit(AuditEvent.TimestampIntent).Select(entry => entry.Record.Detail!);
        Assert.Equal(unit is not null, intents.Any());
        Assert.All(intents, detail => Assert.StartsWith(unit!, detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stamps_of_another_authority_and_of_another_seal_do_not_hold()
    {
        await using var server = new CommandServer { Units = ["aa"] };
        await server.InitializeAsync();
        (await server.RunAsync("audit seal")).Succeeded();
        (await server.RunAsync("audit seal")).Succeeded();
        var installation = server.Installation;
        OpenSsl.Run(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Other",
            "-days", "9", "-keyout", installation.PathOf("other.key"), "-out", installation.PathOf("other.pem"));

        (await server.RunAsync("audit verify --ca " + await AuthorityAsync(installation))).Succeeded();
        var untrusted = await server.RunAsync("audit verify --ca " + installation.PathOf("other.pem"));
        await server.CloseAsync();
        using (var database = Database.Open(installation.StorePath, readOnly: false))
        {
            database.Execute("UPDATE audit_seal SET timestamp = (SELECT timestamp FROM audit_seal WHERE number = 1) "
                + "WHERE number = 2");
        }

        var moved = await server.RunAsync("audit verify");

        Assert.Equal(1, untrusted.ExitCode);
        Assert.Contains("The time stamp of seal 1 does not hold", untrusted.Output, StringComparison.Ordinal);
        Assert.Equal(1, moved.ExitCode);
        Assert.Contains("Seal 2 was made with a time stamp", moved.Output, StringComparison.Ordinal);
        Assert.Contains("over something else than the seal's signature", moved.Output, StringComparison.Ordinal);
    }

    private static JsonValueKind Kind(JsonElement seal) => seal.GetProperty("timestamp").ValueKind;

    private static async Task<string> AuthorityAsync(Installation installation)
    {
        var chain = await File.ReadAllTextAsync(
            installation.PathOf("aa.pem"), TestContext.Current.CancellationToken);
        var path = installation.PathOf("authority.pem");
        await File.WriteAllTextAsync(
            path,
            chain[chain.LastIndexOf("-----BEGIN", StringComparison.Ordinal)..],
            TestContext.Current.CancellationToken);
        return path;
    }

    private static Task WriteAsync(Installation installation, string name, byte[] content)
        => File.WriteAllBytesAsync(installation.PathOf(name), content, TestContext.Current.CancellationToken);
}
