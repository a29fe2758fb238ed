namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteActivationHashTable : ActivationHashTable
{
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _insertMissing;
    private readonly SqliteStatement _often;
    private readonly SqliteStatement _deleteSome;

    public SqliteActivationHashTable(Database database)
    {
        _insert = database.Prepare(
            "INSERT INTO activation_hash (activation_seq, hash, ordinal, mac) VALUES (?1, ?2, ?3, ?4)");
        _insertMissing = database.Prepare(
            "INSERT INTO activation_hash (activation_seq, hash, ordinal, mac) VALUES (?1, ?2, ?3, ?4) " +
            "ON CONFLICT DO NOTHING");
        _find = database.Prepare(
            "SELECT ordinal, mac FROM activation_hash WHERE activation_seq = ?1 AND hash = ?2 AND ordinal >= ?3");
        _often = database.Prepare(
            "SELECT 1 FROM activation_hash WHERE activation_seq = ?1 GROUP BY hash HAVING count(*) > ?2 LIMIT 1");
        _deleteSome = database.Prepare(
            "DELETE FROM activation_hash WHERE (activation_seq, hash, ordinal) IN " +
            "(SELECT activation_seq, hash, ordinal FROM activation_hash WHERE activation_seq = ?1 LIMIT ?2)");
        _delete = database.Prepare(
            "DELETE FROM activation_hash WHERE activation_seq = ?1 AND hash = ?2 AND ordinal = ?3");
    }

    public override void Insert(long sequence, int ordinal, ReadOnlySpan<byte> hash, UInt128 mac)
        => _insert.Start().Bind(sequence).Bind(hash).Bind(ordinal).Bind(mac).Execute();

    public override bool TryFind(
        long sequence, ReadOnlySpan<byte> hash, int from, OccurrenceStates states, out int ordinal, out UInt128 mac)
    {
        ArgumentNullException.ThrowIfNull(states);
        // A negative ordinal is in an edited row only, and to be found.
        using var rows = _find.Start().Bind(sequence).Bind(hash).Bind(from == 0 ? int.MinValue : from).Rows();
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

    public override void InsertMissing(long sequence, int ordinal, ReadOnlySpan<byte> hash, UInt128 mac)
        => _insertMissing.Start().Bind(sequence).Bind(hash).Bind(ordinal).Bind(mac).Execute();

    public override bool AnyOccursMoreThan(long sequence, int times)
    {
        using var rows = _often.Start().Bind(sequence).Bind(times).Rows();
        return rows.Next();
    }

    public override int DeleteSome(long sequence, int limit)
        => _deleteSome.Start().Bind(sequence).Bind(limit).Execute();

    public override void Delete(long sequence, int ordinal, ReadOnlySpan<byte> hash)
        => _delete.Start().Bind(sequence).Bind(hash).Bind(ordinal).Execute();
}
