using Appliance.Storage.Sql;

namespace Appliance.Storage.Postgres;

/// <summary>How many connections the server, the database and the role allow, and how many there are.</summary>
internal static class PostgresCapacity
{
    /// <summary>Limits of -1 are none; what superusers have in reserve is nobody else's.</summary>
    private const string Query =
        "SELECT (SELECT sum(CAST(setting AS bigint) * CASE name WHEN 'max_connections' THEN 1 ELSE -1 END) " +
        "FROM pg_settings WHERE name IN ('max_connections', 'superuser_reserved_connections')), " +
        "(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), " +
        "(SELECT datconnlimit FROM pg_database WHERE datname = current_database()), " +
        "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()), " +
        "(SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user), " +
        "(SELECT count(*) FROM pg_stat_activity WHERE usename = current_user)";

    /// <summary>The tightest of the limits.</summary>
    public static StoreCapacity Read(SqlSession session, int needs)
    {
        using var rows = session.Prepare(Query).Start().Rows();
        rows.Next();
        var tightest = new StoreCapacity(needs, rows.Int64(0), rows.Int64(1));
        for (var column = 2; column < 6; column += 2)
        {
            var limit = rows.Int64(column);
            var inUse = rows.Int64(column + 1);
            if (limit >= 0 && limit - inUse < tightest.Limit - tightest.InUse)
            {
                tightest = new StoreCapacity(needs, limit, inUse);
            }
        }

        return tightest;
    }
}
