using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>What bulk activations are being filled with.</summary>
public sealed class ActivationChunkTable
{
    private const string Columns = "first, count, digest_length, filled, mac, hashes";

    private readonly Statement _insert;
    private readonly Statement _findBefore;
    private readonly Statement _findFrom;
    private readonly Statement _setFilled;
    private readonly Statement _delete;
    private readonly Statement _deleteClosed;

    internal ActivationChunkTable(SqlSession session)
    {
        _insert = session.Prepare(
            $"INSERT INTO activation_chunk (activation_seq, {Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _findBefore = session.Prepare(
            $"SELECT {Columns} FROM activation_chunk WHERE activation_seq = ?1 AND first < ?2 " +
            "ORDER BY first DESC LIMIT 1");
        _findFrom = session.Prepare(
            $"SELECT {Columns} FROM activation_chunk WHERE activation_seq = ?1 AND first >= ?2 " +
            "ORDER BY first LIMIT 1");
        _setFilled = session.Prepare(
            "UPDATE activation_chunk SET filled = 1 WHERE activation_seq = ?1 AND first = ?2");
        _delete = session.Prepare(
            "DELETE FROM activation_chunk WHERE (activation_seq, first) IN " +
            "(SELECT activation_seq, first FROM activation_chunk WHERE activation_seq = ?1 LIMIT ?2)");
        _deleteClosed = session.Prepare(
            "DELETE FROM activation_chunk WHERE (activation_seq, first) IN " +
            "(SELECT c.activation_seq, c.first FROM activation_chunk c JOIN activation a ON a.seq = c.activation_seq " +
            "WHERE a.state <> 2 LIMIT ?1)");
    }

    /// <summary>Adds a chunk whose hashes have no rows yet.</summary>
    public void Insert(long sequence, in ActivationChunk chunk) => _insert.Start()
        .Bind(sequence).Bind(chunk.First).Bind(chunk.Count).Bind(chunk.DigestLength).Bind(chunk.IsFilled ? 1 : 0)
        .Bind(chunk.Mac).Bind(chunk.Hashes)
        .Execute();

    /// <summary>The chunk with the highest first ordinal below <paramref name="limit"/>.</summary>
    public bool TryFindBefore(long sequence, int limit, out ActivationChunk chunk)
        => TryRead(_findBefore.Start().Bind(sequence).Bind(limit), out chunk);

    /// <summary>The chunk with the lowest first ordinal at or after <paramref name="start"/>.</summary>
    public bool TryFindFrom(long sequence, int start, out ActivationChunk chunk)
        => TryRead(_findFrom.Start().Bind(sequence).Bind(start), out chunk);

    /// <summary>Notes that every hash of a chunk has its row.</summary>
    public void SetFilled(long sequence, int first) => _setFilled.Start().Bind(sequence).Bind(first).Execute();

    /// <summary>Removes chunks of one activation.</summary>
    /// <returns>How many, at most <paramref name="limit"/>.</returns>
    public int Delete(long sequence, int limit) => _delete.Start().Bind(sequence).Bind(limit).Execute();

    /// <summary>Removes chunks of activations that are no longer being filled.</summary>
    /// <returns>How many, at most <paramref name="limit"/>.</returns>
    public int DeleteClosed(int limit) => _deleteClosed.Start().Bind(limit).Execute();

    private static bool TryRead(Statement statement, out ActivationChunk chunk)
    {
        using var rows = statement.Rows();
        var found = rows.Next();
        chunk = found
            ? new ActivationChunk(
                rows.Int32(0), rows.Int32(1), rows.Int32(2), rows.Flag(3), rows.UInt128(4), rows.Bytes(5))
            : default;
        return found;
    }
}
