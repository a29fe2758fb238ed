using System.Text.Json;
using Appliance.Server.Tests.Processes;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Server.Tests.Commands;

/// <summary>What `doctor` and `serve` demand of a PostgreSQL server.</summary>
public sealed class PostgresDoctorTests
{
    [Fact]
    public async Task A_good_installation_over_PostgreSQL_is_ready_and_says_how_it_stores()
    {
        using var installation = Installation.On(PostgresCluster.Shared.CreateDatabase());
        await installation.SetUpAsync();

        var report = await installation.JsonAsync("doctor");

        Assert.True(report.GetProperty("healthy").GetBoolean());
        var found = Details(report);
        foreach (var text in new[]
        {
            "PostgreSQL 15", "isolation=read committed", "fsync=on", "full_page_writes=on", "synchronous_commit=on",
        })
        {
            Assert.Contains(text, found["store"], StringComparison.Ordinal);
        }

        Assert.Contains("within a second of the store's", found["clock"], StringComparison.Ordinal);
        Assert.Contains("serving opens up to", found["connections"], StringComparison.Ordinal);
        Assert.DoesNotContain("failed", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_does_not_wait_for_its_commits_is_refused_by_doctor_and_by_serve()
    {
        var database = PostgresCluster.Shared.CreateDatabase();
        using var good = Installation.On(database);
        await good.SetUpAsync();
        using var bad = good.AddNode($"{database};Options=-c synchronous_commit=off");

        Assert.Contains(
            "synchronous_commit must not be off", (await FailedAsync(bad))["store"], StringComparison.Ordinal);

        using var server = await ServeProcess.StartAsync(bad);
        Assert.Null(server.Ready);
        var end = await server.EndAsync();
        Assert.Equal(1, end.ExitCode);
        Assert.Contains("would not keep what it commits", end.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", end.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_sync_or_has_too_few_connections_is_refused()
    {
        using var postgres = PostgresCluster.Start();
        using var installation = Installation.On(postgres.CreateDatabase());
        await installation.SetUpAsync();
        (await installation.RunAsync("doctor")).Succeeded();

        postgres.Configure("fsync", "off");
        postgres.Configure("full_page_writes", "off");
        var failed = await FailedAsync(installation);
        Assert.Equal("store", Assert.Single(failed.Keys));
        Assert.Contains("fsync must be on, full_page_writes must be on", failed["store"], StringComparison.Ordinal);

        postgres.Configure("fsync", "on");
        postgres.Configure("full_page_writes", "on");
        postgres.Execute(installation.Postgres!, "ALTER DATABASE tests CONNECTION LIMIT 5");
        Assert.Contains(
            "raise max_connections", (await FailedAsync(installation))["connections"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_not_the_stores_is_found()
    {
        using var installation = Installation.On(PostgresCluster.Shared.CreateDatabase());
        await installation.SetUpAsync();
        installation.Time = new FixedTime(TimeProvider.System.GetUtcNow().AddSeconds(90));

        Assert.Contains("and the store's is -", (await FailedAsync(installation))["clock"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_and_a_password_that_is_wrong_are_told_without_the_password()
    {
        var database = PostgresCluster.Shared.CreateDatabaseOverTcp();
        using var installation = Installation.On(database);
        var password = installation.PathOf("password");
        File.Copy(PostgresCluster.Shared.PasswordFile, password);
        (await installation.RunAsync($"init --set Store:PasswordFile={password}")).Succeeded();

        await File.WriteAllTextAsync(password, "swordfish", TestContext.Current.CancellationToken);
        var wrong = await FailedAsync(installation, $"--set Store:PasswordFile={password}");
        Assert.Contains("28P01", wrong["store"], StringComparison.Ordinal);
        Assert.DoesNotContain("swordfish", string.Join(' ', wrong.Values), StringComparison.Ordinal);

        var nowhere = await FailedAsync(installation, "--set Store:Postgres=Host=127.0.0.1;Port=1;Database=x");
        Assert.Contains("cannot be reached", nowhere["store"], StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, string>> FailedAsync(Installation installation, string more = "")
    {
        var outcome = await installation.RunAsync($"doctor --json {more}".TrimEnd());
        Assert.Equal(1, outcome.ExitCode);
        return Details(JsonDocument.Parse(outcome.Output).RootElement, "failed");
    }

    private static Dictionary<string, string> Details(JsonElement report, string? result = null)
        => report.GetProperty("checks").EnumerateArray()
            .Where(check => result is null || check.Text("result") == result)
            .ToDictionary(check => check.Text("check"), check => check.Text("detail"), StringComparer.Ordinal);
}
