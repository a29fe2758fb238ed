using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Appliance.Storage;

namespace Appliance.Server.Tests.Commands;

public sealed class DoctorCommandTests
{
    [Fact]
    public async Task A_good_installation_is_ready()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        (await installation.RunAsync("credential create --user ioana --algorithm P-256")).Succeeded();

        var report = await installation.JsonAsync("doctor");

        Assert.True(report.GetProperty("healthy").GetBoolean());
        Assert.All(report.GetProperty("checks").EnumerateArray(), check => Assert.Equal("ok", check.Text("result")));
        var names = report.GetProperty("checks").EnumerateArray().Select(check => check.Text("check")).ToList();
        Assert.All(
            ("options,listen,store,ledger,clock,module,token,PIN,root key,admins,admin socket,demo CA,keys,links,"
                + "certificates").Split(','),
            name => Assert.Contains(name, names, StringComparer.Ordinal));
        var table = (await installation.RunAsync("doctor")).Succeeded().Output;
        Assert.Contains("Ready to serve.", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_listed_not_only_the_first()
    {
        using var installation = new Installation();
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        installation.WriteConfiguration("nowhere", installation.PathOf("pin"), rest: $"http://{taken.LocalEndPoint}");

        var failed = await FailedAsync(installation);

        Assert.Equal("listen store token", Names(failed));
        Assert.Contains("appliance init", failed["store"], StringComparison.Ordinal);
        Assert.Contains(installation.Token, failed["token"], StringComparison.Ordinal);
        Assert.False(File.Exists(installation.StorePath));
    }

    [Fact]
    public async Task A_wrong_pin_costs_one_attempt_however_often_the_doctor_comes()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        await File.WriteAllTextAsync(installation.PathOf("pin"), "wrong-pin", TestContext.Current.CancellationToken);

        var first = await FailedAsync(installation);
        Assert.Contains("CKR_PIN_INCORRECT", first["PIN"], StringComparison.Ordinal);
        for (var i = 0; i < 5; i++)
        {
            var again = await FailedAsync(installation);
            Assert.DoesNotContain("CKR_PIN_INCORRECT", again["PIN"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_pin_that_was_set_right_is_taken_by_force_once_and_by_itself_after_that()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        await File.WriteAllTextAsync(installation.PathOf("pin"), "wrong-pin", TestContext.Current.CancellationToken);
        await FailedAsync(installation);

        await File.WriteAllTextAsync(
            installation.PathOf("pin"), SoftHsmTokens.Pin, TestContext.Current.CancellationToken);

        // The token says that a wrong PIN came: no attempt without a person's word.
        Assert.Contains("--force-pin", (await FailedAsync(installation))["PIN"], StringComparison.Ordinal);
        (await installation.RunAsync("doctor --force-pin")).Succeeded();
        (await installation.RunAsync("doctor")).Succeeded();
    }

    [Fact]
    public async Task A_lost_key_an_edited_row_and_expired_certificates_are_found()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        var lost = await CreateAsync("");
        var edited = await CreateAsync("");
        var expired = await CreateAsync("--not-before 2024-01-01");
        var soon = await CreateAsync($"--not-before {Time(TimeProvider.System.GetUtcNow().AddYears(-1).AddDays(9))}");
        using (var store = Store.Open(new StoreOptions { Path = installation.StorePath }))
        {
            var row = store.Writer.Credentials.Find(lost.GetProperty("id").GetGuid())!;
            using var module = Pkcs11.Pkcs11Module.Load(SoftHsmTokens.Library);
            using var token = module.OpenToken(Pkcs11.TokenSelector.Parse(installation.Token));
            token.Login(
                Pkcs11.PinSource.FromFile(installation.PathOf("pin")),
                new Pkcs11.RefusedPins(installation.PathOf("refused"), TimeProvider.System));
            token.DestroyKey(row.KeyId, row.KeyLabel);
            var victim = store.Writer.Credentials.Find(edited.GetProperty("id").GetGuid())!;
            store.Writer.Credentials.Insert(victim with { Id = Guid.CreateVersion7(), Multisign = 99 });
        }

        var report = await installation.RunAsync("doctor --json");
        var failed = Failed(report);

        Assert.Equal("certificates keys links", Names(failed));
        Assert.Contains(lost.Text("id"), failed["keys"], StringComparison.Ordinal);
        Assert.Contains(expired.Text("id"), failed["certificates"], StringComparison.Ordinal);
        Assert.Contains(soon.Text("id"), report.Output, StringComparison.Ordinal);
        Assert.Contains("within 30 days", report.Output, StringComparison.Ordinal);

        Task<JsonElement> CreateAsync(string options)
            => installation.JsonAsync($"credential create --user ioana --algorithm P-256 {options}".TrimEnd());
    }

    [Fact]
    public async Task A_clock_that_was_set_back_is_found()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        installation.Time = new FixedTime(TimeProvider.System.GetUtcNow().AddHours(-1));
        Assert.Contains("set back", (await FailedAsync(installation))["clock"], StringComparison.Ordinal);

        installation.Time = new FixedTime(DateTimeOffset.UnixEpoch);
        Assert.Contains("cannot be", (await FailedAsync(installation))["clock"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tls_certificate_is_checked_with_its_key()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        var now = TimeProvider.System.GetUtcNow();
        var (certificate, key) = (installation.PathOf("tls.pem"), installation.PathOf("tls.key"));
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", pair, HashAlgorithmName.SHA256);
        using var issued = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(9));
        await File.WriteAllTextAsync(certificate, issued.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(key, pair.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        var command = $"doctor --json --set Listen:Rest=https://127.0.0.1:0 --set Listen:Certificate={certificate} "
            + $"--set Listen:CertificateKey={key}";

        var soon = (await installation.RunAsync(command)).Succeeded();
        Assert.Contains("in less than 30 days", soon.Output, StringComparison.Ordinal);

        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(key, other.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        Assert.Contains("are no pair", Failed(await installation.RunAsync(command))["TLS"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_in_use_is_one_of_the_findings()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        using var owner = Store.Open(new StoreOptions { Path = installation.StorePath });

        var failed = await FailedAsync(installation);

        Assert.Equal("store", Names(failed));
        Assert.Contains(
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture), failed["store"], StringComparison.Ordinal);
    }

    private static string Names(Dictionary<string, string> failed)
        => string.Join(' ', failed.Keys.Order(StringComparer.Ordinal));

    private static string Time(DateTimeOffset time)
        => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static async Task<Dictionary<string, string>> FailedAsync(Installation installation)
        => Failed(await installation.RunAsync("doctor --json"));

    private static Dictionary<string, string> Failed(CommandOutcome outcome)
    {
        Assert.Equal(1, outcome.ExitCode);
        var report = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.False(report.GetProperty("healthy").GetBoolean());
        return report.GetProperty("checks").EnumerateArray()
            .Where(check => check.Text("result") == "failed")
            .ToDictionary(check => check.Text("check"), check => check.Text("detail"), StringComparer.Ordinal);
    }
}
