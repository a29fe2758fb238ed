using Appliance.Storage.Sql;

namespace Appliance.Storage.Postgres;

/// <summary>
/// Runs the numbered scripts of Migrations/Postgres that a database has not seen, all in one transaction, so that a
/// crash leaves a whole schema; nodes that start together wait for each other at the row with the number.
/// </summary>
internal static class PostgresMigrator
{
    private const int Attempts = 10;

    private static readonly MigrationScripts s_scripts = new("Postgres");

    public static void Run(PostgresSession session, string location)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                session.Execute("BEGIN");
                Migrate(session, location);
                session.Execute("COMMIT");
                return;
            }
            catch (StoreException error) when (attempt < Attempts && MayBeOurNeighbour(error))
            {
                session.Close();
            }
        }
    }

    /// <summary>CREATE TABLE IF NOT EXISTS fails when two run it at the same moment.</summary>
    private static bool MayBeOurNeighbour(StoreException error)
        => error.Failure is StoreFailure.Constraint or StoreFailure.Conflict
            || error.Message.Contains("42P07", StringComparison.Ordinal);

    private static void Migrate(PostgresSession session, string location)
    {
        session.Execute("CREATE TABLE IF NOT EXISTS schema_version (id bigint PRIMARY KEY, version bigint NOT NULL)");
        session.Execute("INSERT INTO schema_version (id, version) VALUES (1, 0) ON CONFLICT (id) DO NOTHING");
        var found = ReadVersion(session);
        var newest = s_scripts.Newest;
        if (found > newest)
        {
            throw new StoreSchemaException(location, found, newest);
        }

        for (var number = checked((int)found) + 1; number <= newest; number++)
        {
            session.Execute(s_scripts.Read(number));
        }

        if (found < newest)
        {
            session.Prepare("UPDATE schema_version SET version = ?1").Start().Bind(newest).Execute();
        }
    }

    private static long ReadVersion(PostgresSession session)
    {
        Statement statement = session.Prepare("SELECT version FROM schema_version FOR UPDATE");
        using var rows = statement.Start().Rows();
        rows.Next();
        return rows.Int64(0);
    }
}
