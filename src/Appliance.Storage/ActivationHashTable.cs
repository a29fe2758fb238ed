using Appliance.Storage.Sqlite;

namespace Appliance.Storage;

/// <summary>
/// The authorised hash occurrences: one row each, never changed. Their states lie in the activation's row.
/// </summary>
public sealed class ActivationHashTable
{
    private readonly Statement _insert;
    private readonly Statement _find;
    private readonly Statement _delete;

    internal ActivationHashTable(Database database)
    {
        _insert = database.Prepare(
            "INSERT INTO activation_hash (activation_seq, hash, ordinal, mac) VALUES (?1, ?2, ?3, ?4)");
        _find = database.Prepare("SELECT ordinal, mac FROM activation_hash WHERE activation_seq = ?1 AND hash = ?2");
        _delete = database.Prepare(
            "DELETE FROM activation_hash WHERE activation_seq = ?1 AND hash = ?2 AND ordinal = ?3");
    }

    /// <summary>Adds an occurrence.</summary>
    /// <param name="sequence">The activation's number.</param>
    /// <param name="ordinal">Its place among the activation's occurrences, from 0.</param>
    /// <param name="hash">The raw digest.</param>
    /// <param name="mac">Over the activation's id, the ordinal and the hash.</param>
    public void Insert(long sequence, int ordinal, ReadOnlySpan<byte> hash, UInt128 mac)
        => _insert.Start().Bind(sequence).Bind(hash).Bind(ordinal).Bind(mac).Execute();

    /// <summary>Finds an occurrence of a hash that may be signed.</summary>
    /// <param name="sequence">The activation's number.</param>
    /// <param name="hash">The raw digest.</param>
    /// <param name="states">The states of the activation's occurrences.</param>
    /// <param name="ordinal">The occurrence's place; outside of <paramref name="states"/> in an edited row.</param>
    /// <param name="mac">The occurrence's MAC, still to be checked.</param>
    /// <returns>False when there is none.</returns>
    public bool TryFind(
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

    /// <summary>Removes an occurrence.</summary>
    public void Delete(long sequence, int ordinal, ReadOnlySpan<byte> hash)
        => _delete.Start().Bind(sequence).Bind(hash).Bind(ordinal).Execute();
}
