namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteActivationHashTable : ActivationHashTable
{
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _delete;

    public SqliteActivationHashTable(Database database)
    {
        _insert = database.Prepare(
            "INSERT INTO activation_hash (activation_seq, hash, ordinal, mac) VALUES (?1, ?2, ?3, ?4)");
        _find = database.Prepare("SELECT ordinal, mac FROM activation_hash WHERE activation_seq = ?1 AND hash = ?2");
        _delete = database.Prepare(
            "DELETE FROM activation_hash WHERE activation_seq = ?1 AND hash = ?2 AND ordinal = ?3");
    }

    public override void Insert(long sequence, int ordinal, ReadOnlySpan<byte> hash, UInt128 mac)
        => _insert.Start().Bind(sequence).Bind(hash).Bind(ordinal).Bind(mac).Execute();

    public override bool TryFind(
        long sequence, ReadOnlySpan<byte> hash, OccurrenceStates states, out int ordinal, out UInt128 mac)
    {
        ArgumentNullException.ThrowIfNull(states);
        using var rows = _find.Start().Bind(sequence).Bind(hash).Rows();
        while (rows.Next())
        {
            var found = rows.Int64(0);
            var exists = found >= 0 && found < states.Count;
            if (!exists || states[(int)found] == OccurrenceState.Authorised)
            {
                ordinal = exists ? (int)found : -1;
                mac = rows.UInt128(1);
                return true;
            }
        }

        ordinal = -1;
        mac = default;
        return false;
    }

    public override void Delete(long sequence, int ordinal, ReadOnlySpan<byte> hash)
        => _delete.Start().Bind(sequence).Bind(hash).Bind(ordinal).Execute();
}
