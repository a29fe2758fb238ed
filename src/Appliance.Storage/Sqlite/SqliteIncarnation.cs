namespace Appliance.Storage.Sqlite;

/// <summary>The run in whose name a connection writes: 0 and no name until it has begun, and for commands.</summary>
internal sealed class SqliteIncarnation
{
    public long Number { get; set; }

    public string Node { get; set; } = "";
}
