namespace Appliance.Storage;

/// <summary>How to reach a PostgreSQL database, version 13 or later, and how to use it.</summary>
public sealed class PostgresOptions
{
    /// <summary>
    /// Npgsql's connection string: host, port or socket folder, database, user, TLS. Without a password.
    /// </summary>
    public required string ConnectionString { get; init; }

    /// <summary>The password, when the server asks for one; read anew for each connection.</summary>
    public Func<string?>? Password { get; init; }

    /// <summary>Commits in flight at a time, partitioned by activation. Defaults to 3.</summary>
    public int Writers { get; init; } = 3;

    /// <summary>
    /// Whether transactions are SERIALIZABLE. READ COMMITTED, the default, with row locks is as safe.
    /// </summary>
    public bool Serializable { get; init; }

    /// <summary>How long one statement or one attempt to connect may take. Defaults to 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
