namespace Appliance.Storage.Sql;

/// <summary>One connection to a database that speaks SQL, used by one thread at a time.</summary>
internal abstract class SqlSession
{
    /// <summary>Registers a statement; it is compiled at its first use and lives as long as the connection.</summary>
    /// <param name="sql">Common SQL: what SQLite and PostgreSQL both understand; parameters are ?1, ?2 and so
    /// on.</param>
    public abstract Statement Prepare(string sql);
}
