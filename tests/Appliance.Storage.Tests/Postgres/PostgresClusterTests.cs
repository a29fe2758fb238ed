using System.Diagnostics;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Storage.Tests.Postgres;

public class PostgresClusterTests
{
    private const string ReadDurability =
        "SELECT current_setting(n) FROM unnest(ARRAY['fsync', 'synchronous_commit', 'full_page_writes']) n";

    [Fact]
    public void The_cluster_of_the_tests_is_as_durable_as_a_real_one()
    {
        var cluster = PostgresCluster.Shared;
        var database = cluster.CreateDatabase();

        Assert.Equal("on\non\non", cluster.Execute(database, ReadDurability));
        Assert.Equal("UTF8|C", cluster.Execute(
            database,
            "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"));
        Assert.Equal("f", cluster.Execute(database, "SELECT rolsuper FROM pg_roles WHERE rolname = 'appliance'"));
    }

    [Fact]
    public void What_was_committed_is_there_after_a_shutdown_and_after_a_crash()
    {
        using var cluster = PostgresCluster.Start();
        var database = cluster.CreateDatabase();
        cluster.Execute(database, "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)");

        cluster.Stop();
        Assert.Throws<InvalidOperationException>(() => cluster.Execute(database, "SELECT 1"));
        cluster.StartAgain();
        cluster.Execute(database, "INSERT INTO t VALUES (2)");
        cluster.Kill();
        cluster.StartAgain();

        Assert.Equal("1\n2", cluster.Execute(database, "SELECT a FROM t ORDER BY a"));
        Assert.Contains("was not properly shut down", cluster.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_goes_with_the_process_that_asked_for_it()
    {
        using var owner = Process.Start("sleep", "600");
        var script = Path.Combine(PostgresCluster.ScriptFolder, "cluster.sh");
        var folder = Directory.CreateTempSubdirectory("appliance-pg-").FullName;
        using (var up = Process.Start(script, ["up", folder, $"{owner.Id}"]))
        {
            await up.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, up.ExitCode);
        }

        var postmaster = (await File.ReadAllLinesAsync(
            Path.Combine(folder, "data", "postmaster.pid"), TestContext.Current.CancellationToken))[0];
        Assert.False(HasEnded(postmaster));
        using var watcher = new FileSystemWatcher(Path.GetTempPath(), Path.GetFileName(folder));
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Deleted += (_, _) => gone.TrySetResult();
        watcher.EnableRaisingEvents = true;

        owner.Kill();

        await gone.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(HasEnded(postmaster));
    }

    /// <summary>Nothing is left of it, or only what nobody has waited for yet: that has no command line.</summary>
    private static bool HasEnded(string process)
        => !File.Exists($"/proc/{process}/cmdline") || File.ReadAllText($"/proc/{process}/cmdline").Length == 0;
}
