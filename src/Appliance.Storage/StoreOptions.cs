namespace Appliance.Storage;

/// <summary>Where the store is and how much memory it may use.</summary>
public sealed class StoreOptions
{
    /// <summary>The database file. It and its directory are created (modes 0600 and 0700) when missing.</summary>
    public required string Path { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The writer's page cache in KiB. Defaults to 32 MiB.</summary>
    public int WriterCacheKib { get; init; } = 32 * 1024;

    /// <summary>Connections that read at the same time; more readers wait. Defaults to 4.</summary>
    public int Readers { get; init; } = 4;
}
