namespace Appliance.Storage.Postgres;

/// <summary>
/// The incarnation in whose name a store's connections write; 0 until the node has one, and for commands.
/// </summary>
internal sealed class PostgresIncarnation
{
    private long _number;

    public long Number
    {
        get => Volatile.Read(ref _number);
        set => Volatile.Write(ref _number, value);
    }

    /// <summary>The node's name; empty for commands.</summary>
    public string Node { get; set; } = "";

    /// <summary>Forgets the number, unless there is a newer one already.</summary>
    public void Leave(long number) => Interlocked.CompareExchange(ref _number, 0, number);
}
