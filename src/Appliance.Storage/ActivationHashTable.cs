using Appliance.Storage.Sqlite;

namespace Appliance.Storage;

/// <summary>The authorised hash occurrences: one row each.</summary>
public sealed class ActivationHashTable
{
    private readonly Statement _insert;
    private readonly Statement _reserve;
    private readonly Statement _settle;
    private readonly Statement _spend;
    private readonly Statement _delete;
    private readonly Statement _count;

    internal ActivationHashTable(Database database)
    {
        _insert = database.Prepare(
            "INSERT INTO activation_hash (activation_id, hash, ordinal, state, mac) VALUES (?1, ?2, ?3, ?4, ?5)");
        _reserve = database.Prepare(
            "UPDATE activation_hash SET state = 1 WHERE activation_id = ?1 AND hash = ?2 AND ordinal = " +
            "(SELECT ordinal FROM activation_hash WHERE activation_id = ?1 AND hash = ?2 AND state = 0 LIMIT 1) " +
            "RETURNING ordinal, mac");
        _settle = database.Prepare(
            "UPDATE activation_hash SET state = ?4 WHERE activation_id = ?1 AND hash = ?2 AND ordinal = ?3 AND state = 1");
        _spend = database.Prepare(
            "UPDATE activation_hash SET state = 3 WHERE activation_id = ?1 AND ordinal = ?2 AND state = 1");
        _delete = database.Prepare(
            "DELETE FROM activation_hash WHERE activation_id = ?1 AND hash = ?2 AND ordinal = ?3 AND state = 1");
        _count = database.Prepare("SELECT count(*) FROM activation_hash WHERE activation_id = ?1 AND state = ?2");
    }

    /// <summary>Adds an occurrence.</summary>
    public void Insert(Guid activationId, int ordinal, ReadOnlySpan<byte> hash, UInt128 mac, ActivationHashState state)
        => _insert.Start()
            .Bind(activationId).Bind(hash).Bind(ordinal).Bind((int)state).Bind(mac)
            .Execute();

    /// <summary>Turns one authorised occurrence of a hash into a reserved one.</summary>
    /// <returns>False when there is none left.</returns>
    public bool TryReserve(Guid activationId, ReadOnlySpan<byte> hash, out int ordinal, out UInt128 mac)
    {
        using var rows = _reserve.Start().Bind(activationId).Bind(hash).Rows();
        if (!rows.Next())
        {
            ordinal = 0;
            mac = default;
            return false;
        }

        ordinal = rows.Int32(0);
        mac = rows.UInt128(1);
        return true;
    }

    /// <summary>A reserved occurrence was signed.</summary>
    public void Consume(Guid activationId, int ordinal, ReadOnlySpan<byte> hash)
        => Settle(activationId, ordinal, hash, ActivationHashState.Consumed);

    /// <summary>A reserved occurrence was not signed and may be used again.</summary>
    public void Release(Guid activationId, int ordinal, ReadOnlySpan<byte> hash)
        => Settle(activationId, ordinal, hash, ActivationHashState.Authorised);

    /// <summary>A reserved occurrence is in doubt.</summary>
    public void Spend(Guid activationId, int ordinal) => _spend.Start().Bind(activationId).Bind(ordinal).Execute();

    /// <summary>Removes a reserved occurrence.</summary>
    public void Delete(Guid activationId, int ordinal, ReadOnlySpan<byte> hash)
        => _delete.Start().Bind(activationId).Bind(hash).Bind(ordinal).Execute();

    /// <summary>How many occurrences of an activation are in a state.</summary>
    public long Count(Guid activationId, ActivationHashState state)
    {
        using var rows = _count.Start().Bind(activationId).Bind((int)state).Rows();
        rows.Next();
        return rows.Int64(0);
    }

    private void Settle(Guid activationId, int ordinal, ReadOnlySpan<byte> hash, ActivationHashState state)
        => _settle.Start().Bind(activationId).Bind(hash).Bind(ordinal).Bind((int)state).Execute();
}
