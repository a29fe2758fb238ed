using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>
/// The row of a connection that writes: it numbers the connection's transactions, so that one whose COMMIT was not
/// answered can be looked up, and ties them to the node's incarnation, so that one that others have declared dead
/// commits nothing more.
/// </summary>
internal sealed class PostgresWriter(PostgresIncarnation incarnation)
{
    private long _id;

    /// <summary>The row; 0 when there is none.</summary>
    public long Id => _id;

    /// <summary>The node of the incarnation; empty for commands.</summary>
    public string Node => Incarnation == 0 ? "" : incarnation.Node;

    /// <summary>The incarnation in whose name this connection writes.</summary>
    public long Incarnation { get; private set; }

    /// <summary>The number of the transaction that is open, or was last.</summary>
    public long Batch { get; private set; }

    /// <summary>
    /// Makes sure that there is a row, in a transaction of its own: a row that is not committed yet could not be looked
    /// up by anybody else.
    /// </summary>
    /// <exception cref="StoreException">The incarnation was settled by others, or the database is away.</exception>
    public void Register(PostgresSession session)
    {
        var current = incarnation.Number;
        if (_id != 0 && Incarnation == current)
        {
            return;
        }

        Leave(session);
        var insert = session.Prepare(current == 0
            ? "INSERT INTO writer (incarnation, batch) VALUES (?1, 0) RETURNING id"
            : "INSERT INTO writer (incarnation, batch) SELECT id, 0 FROM (SELECT id FROM incarnation "
                + "WHERE id = ?1 AND fenced_at IS NULL FOR SHARE) live RETURNING id");
        using var rows = insert.Start().Bind(current).Rows();
        Incarnation = current;
        if (!rows.Next())
        {
            throw Fenced();
        }

        (_id, Batch) = (rows.Int64(0), 0);
    }

    /// <summary>
    /// The statement that begins every transaction: it locks the row before anything else is done, hence whoever sees
    /// the row unlocked sees how the transaction ended.
    /// </summary>
    public NpgsqlBatchCommand Enter()
    {
        var command = new NpgsqlBatchCommand("UPDATE writer SET batch = $2 WHERE id = $1 RETURNING id");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _id });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = ++Batch });
        return command;
    }

    /// <summary>Reads the answer to <see cref="Enter"/>.</summary>
    /// <exception cref="StoreException">The incarnation was settled by others.</exception>
    public void Entered(NpgsqlDataReader reader)
    {
        if (!reader.Read())
        {
            throw Fenced();
        }
    }

    /// <summary>Waits for the end of a transaction whose COMMIT was not answered, and says how it ended.</summary>
    /// <exception cref="StoreException">The database cannot be asked, or the incarnation was settled.</exception>
    public bool WasCommitted(PostgresSession session)
    {
        using var rows = session.Prepare("SELECT batch FROM writer WHERE id = ?1 FOR UPDATE").Start().Bind(_id).Rows();
        return rows.Next() ? rows.Int64(0) == Batch : throw Fenced();
    }

    /// <summary>Removes the row when the connection is closed in good order.</summary>
    public void Leave(PostgresSession session)
    {
        if (_id != 0)
        {
            session.Prepare("DELETE FROM writer WHERE id = ?1").Start().Bind(_id).Execute();
            _id = 0;
        }
    }

    /// <summary>From here on the store's connections write in nobody's name, until the node has begun anew.</summary>
    private StoreException Fenced()
    {
        incarnation.Leave(Incarnation);
        _id = 0;
        return new(StoreFailure.Fenced, 0, "Another node has settled this incarnation: its lease had run out.");
    }
}
