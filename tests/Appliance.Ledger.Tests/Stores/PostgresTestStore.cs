using System.Text.RegularExpressions;
using Appliance.Storage;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Ledger.Tests.Stores;

/// <summary>A database of the cluster that these tests share.</summary>
internal sealed partial class PostgresTestStore(bool serializable) : TestStore
{
    private readonly string _database = PostgresCluster.Shared.CreateDatabase();

    public override string Name => serializable ? "PostgreSQL, SERIALIZABLE" : "PostgreSQL, READ COMMITTED";

    public override Store Open(TimeProvider time) => Store.Open(new StoreOptions
    {
        Postgres = new PostgresOptions { ConnectionString = _database, Serializable = serializable },
        TimeProvider = time,
    });

    /// <remarks>Ids are of the type uuid here.</remarks>
    public override void Edit(string sql) => PostgresCluster.Shared.Execute(
        _database, Bytes().Replace(Id().Replace(sql, "_id = '$1'"), @"'\x$1'::bytea"));

    public override IReadOnlyList<string> EventsInCommitOrder() => PostgresCluster.Shared.Execute(
        _database,
        "SELECT event FROM audit WHERE event NOT LIKE 'audit.%' "
            + "ORDER BY pg_xact_commit_timestamp(xmin), seq").Split('\n');

    protected override void Dispose(bool disposing)
    {
        // It goes with the cluster.
    }

    [GeneratedRegex("_id = x'([0-9a-fA-F]{32})'")]
    private static partial Regex Id();

    [GeneratedRegex("x'([0-9a-fA-F]*)'")]
    private static partial Regex Bytes();
}
