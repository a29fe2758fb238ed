using System.Diagnostics;
using System.Text.Json.Nodes;
using Appliance.Storage;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Crash.Tests.Stores;

/// <summary>A PostgreSQL cluster of the drill's own, to be stopped and killed, and the nodes that share it.</summary>
internal sealed class PostgresUnderTest : StoreUnderTest
{
    private const string DrillName = "crash-drill";

    /// <summary>Short, so that a drill need not wait long for it to run out.</summary>
    private const int Lease = 3;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private string _connection = "";
    private string _directory = "";

    public override IReadOnlyList<string> Nodes => ["node-a", "node-b"];

    public PostgresCluster Cluster { get; } = PostgresCluster.Start();

    public override IReadOnlyDictionary<string, string> EnvironmentOf(int node)
        => new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["APPLIANCE__Store__Node"] = Nodes[node],
            ["APPLIANCE__Store__State"] = Path.Combine(_directory, "state-" + Nodes[node]),
        };

    public override void Prepare(string directory)
    {
        _directory = directory;
        _connection = Cluster.CreateDatabase();
    }

    public override JsonObject Settings() => new()
    {
        ["Postgres"] = _connection,
        ["State"] = Path.Combine(_directory, "state"),
        ["LeaseSeconds"] = Lease,
    };

    public override void Dispose() => Cluster.Dispose();

    public override T Look<T>(Func<Store, T> look)
    {
        AwaitSilence();
        using var store = Store.Open(new StoreOptions
        {
            Postgres = new PostgresOptions { ConnectionString = $"{_connection};Application Name={DrillName}" },
        });
        return look(store);
    }

    /// <summary>A backend finishes what its dead client sent last; until then a commit may still come.</summary>
    private void AwaitSilence()
    {
        var started = Stopwatch.GetTimestamp();
        while (Cluster.Execute(
            _connection,
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'appliance' "
            + $"AND application_name <> '{DrillName}'") != "0")
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < s_patience, "A backend of a dead server does not end.");
        }
    }
}
