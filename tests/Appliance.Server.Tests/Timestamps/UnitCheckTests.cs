using System.Text.Json;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Processes;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>What is wrong with a unit: told by doctor and list before a start, and by the start itself.</summary>
public sealed class UnitCheckTests
{
    private const string Purpose = "extendedKeyUsage=critical,timeStamping";

    [Fact]
    public async Task Good_units_are_found_good_and_listed()
    {
        using var scene = new UnitScene();
        await scene.InitAsync();
        await scene.AddAsync("rsa", "RSA-2048");
        await scene.AddForeignAsync("day", Purpose);
        scene.Set("Timestamping:Default", "rsa");
        scene.Set("Timestamping:Units:day:Access", "clients");

        var checks = await scene.DoctorAsync();
        var list = JsonDocument.Parse((await scene.RunAsync("timestamp unit list --json")).Succeeded().Output)
            .RootElement.EnumerateArray().ToList();

        Assert.Equal(["rsa", "day"], checks.Keys, StringComparer.Ordinal);
        Assert.All(checks.Values, check => Assert.Equal("ok", check.Result));
        Assert.StartsWith(
            "RSA-2048, policy 0.4.0.2023.1.1, can issue until", checks["rsa"].Detail, StringComparison.Ordinal);
        Assert.Equal(["rsa", "day"], list.Select(unit => unit.Text("unit")), StringComparer.Ordinal);
        Assert.True(list[0].GetProperty("default").GetBoolean());
        Assert.Equal(("open", "clients"), (list[0].Text("access"), list[1].Text("access")));
        Assert.Equal(("RSA-2048", "P-256"), (list[0].Text("algorithm"), list[1].Text("algorithm")));
        Assert.Equal(("tsa day", "CN=Foreign"), (list[1].Text("key"), list[1].Text("issuer")));
        Assert.Matches("^[0-9a-f]{32}$", list[1].Text("keyId"));
        Assert.Equal(0, list[1].GetProperty("errors").GetArrayLength());
        var table = (await scene.RunAsync("timestamp unit list")).Succeeded().Output;
        Assert.Contains("rsa (default)", table, StringComparison.Ordinal);
        Assert.Contains("TSU rsa", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_units_the_list_is_empty_and_the_doctor_does_not_ask()
    {
        using var scene = new UnitScene();
        await scene.InitAsync();

        Assert.Empty(await scene.DoctorAsync());
        Assert.Equal("[]", (await scene.RunAsync("timestamp unit list --json")).Succeeded().Output.Trim());
    }

    [Fact]
    public async Task Units_that_cannot_issue_are_refused_with_all_reasons_at_once()
    {
        using var scene = new UnitScene();
        await scene.InitAsync();
        await scene.AddAsync("good");
        await scene.AddForeignAsync("soft", "extendedKeyUsage=timeStamping");
        await scene.AddForeignAsync(
            "many", "extendedKeyUsage=critical,timeStamping,emailProtection;keyUsage=keyAgreement");
        await scene.AddForeignAsync("none", "basicConstraints=CA:false");
        await scene.AddForeignAsync("other", Purpose);
        scene.Set("Timestamping:Units:other:Key", "tsa elsewhere");
        await scene.AddForeignAsync("wrong", Purpose);
        scene.Set("Timestamping:Units:wrong:Certificates", scene.PathOf("other.pem"));
        scene.Set("Timestamping:Units:lost:Certificates", "/nowhere/unit.pem");
        await File.WriteAllTextAsync(scene.PathOf("empty.pem"), "nothing", TestContext.Current.CancellationToken);
        scene.Set("Timestamping:Units:empty:Certificates", scene.PathOf("empty.pem"));
        (string Unit, string Because)[] expected =
        [
            ("soft", "must be critical and timeStamping alone"),
            ("many", "must be critical and timeStamping alone"),
            ("many", "key usage must be digitalSignature"),
            ("none", "must be critical and timeStamping alone"),
            ("other", "has no private key \"tsa elsewhere\""),
            ("wrong", "is not that of the first certificate"),
            ("lost", "/nowhere"),
            ("empty", "has no certificate in PEM"),
        ];

        var checks = await scene.DoctorAsync();
        using var server = await ServeProcess.StartAsync(scene.Installation, scene.Settings);
        var ended = await server.EndAsync();

        Assert.Equal("ok", checks["good"].Result);
        Assert.Equal(1, ended.ExitCode);
        Assert.Null(server.Ready);
        Assert.DoesNotContain("Units:good", ended.Error, StringComparison.Ordinal);
        foreach (var (unit, because) in expected)
        {
            Assert.Equal("failed", checks[unit].Result);
            Assert.Contains(because, checks[unit].Detail, StringComparison.Ordinal);
            Assert.Contains(
                ended.Error.Split('\n'),
                line => line.Contains($"Timestamping:Units:{unit}:", StringComparison.Ordinal)
                    && line.Contains(because, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_end_of_a_certificate_or_of_its_key_is_told_ahead_and_then_refused()
    {
        using var scene = new UnitScene();
        await scene.InitAsync();
        await scene.AddAsync("certificate", more: "--years 1");
        await scene.AddAsync("key", more: "--years 9 --key-years 1");
        await scene.AddAsync("both", more: "--years 9 --key-years 2");
        var born = TimeProvider.System.GetUtcNow();

        var now = await scene.DoctorAsync();
        scene.Installation.Time = new FixedTime(born.AddYears(1).AddDays(-20));
        var soon = await scene.DoctorAsync();
        scene.Installation.Time = new FixedTime(born.AddYears(1).AddDays(1));
        var late = await scene.DoctorAsync();
        scene.Installation.Time = new FixedTime(born.AddDays(-1));
        var early = await scene.DoctorAsync();

        Assert.All(now.Values, check => Assert.Equal("ok", check.Result));
        foreach (var unit in new[] { "certificate", "key" })
        {
            Assert.Equal("warning", soon[unit].Result);
            Assert.Contains("can be used until", soon[unit].Detail, StringComparison.Ordinal);
            Assert.Equal("failed", late[unit].Result);
            Assert.Contains("could be used until", late[unit].Detail, StringComparison.Ordinal);
            Assert.Equal("failed", early[unit].Result);
            Assert.Contains("cannot be used before", early[unit].Detail, StringComparison.Ordinal);
        }

        Assert.Equal("ok", soon["both"].Result);
        Assert.Equal("ok", late["both"].Result);
    }
}
