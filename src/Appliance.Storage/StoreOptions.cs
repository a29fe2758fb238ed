namespace Appliance.Storage;

/// <summary>Which store, <see cref="Path"/> or <see cref="Postgres"/>, and how much memory it may use.</summary>
public sealed class StoreOptions
{
    /// <summary>
    /// The database file of SQLite. It and its directory are created (modes 0600 and 0700) when missing.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>PostgreSQL instead.</summary>
    public PostgresOptions? Postgres { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// The writer's page cache in KiB; what it takes grows with the pages that are touched. Defaults to 128 MiB: room
    /// for
    /// the rows of some 15,000 signers at work in a store of a million.
    /// </summary>
    public int WriterCacheKib { get; init; } = 128 * 1024;

    /// <summary>Connections that read at the same time; more readers wait. Defaults to 4.</summary>
    public int Readers { get; init; } = 4;
}
