namespace Appliance.Server.Options;

/// <summary>Where everything lasts: a SQLite file of one process, or a PostgreSQL database that nodes share.</summary>
internal sealed class StoreSettings
{
    /// <summary>The SQLite file; created when missing. This or <see cref="Postgres"/>.</summary>
    public string Path { get; set; } = "";

    /// <summary>
    /// Npgsql's connection string of a PostgreSQL database, such as Host=db;Database=appliance;Username=appliance;
    /// SSL Mode=VerifyFull. Without a password: that is read from <see cref="PasswordFile"/>.
    /// </summary>
    public string Postgres { get; set; } = "";

    /// <summary>A file with the database's password, mode 0600; unset when the server asks for none.</summary>
    public string PasswordFile { get; set; } = "";

    /// <summary>
    /// With PostgreSQL: a folder of this node's own on this machine, for what must not be shared. Created when missing.
    /// </summary>
    public string State { get; set; } = "";

    /// <summary>With PostgreSQL: this node's name, one process at a time. Defaults to the machine's.</summary>
    public string Node { get; set; } = Environment.MachineName;

    /// <summary>With PostgreSQL: commits in flight at a time.</summary>
    public int Writers { get; set; } = 3;

    /// <summary>With PostgreSQL: SERIALIZABLE transactions instead of READ COMMITTED with row locks.</summary>
    public bool Serializable { get; set; }

    /// <summary>
    /// With PostgreSQL: how long a node that says nothing is taken for alive; after twice that, others settle what it
    /// had reserved.
    /// </summary>
    public int LeaseSeconds { get; set; } = 15;

    /// <summary>True for PostgreSQL.</summary>
    public bool IsShared => !string.IsNullOrWhiteSpace(Postgres);
}
