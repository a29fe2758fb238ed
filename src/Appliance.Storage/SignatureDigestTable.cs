using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The signatures that were paid for and that no time stamp has covered yet.</summary>
public abstract class SignatureDigestTable
{
    /// <summary>How many digests a row may have: one for each <see cref="ImprintAlgorithm"/>.</summary>
    public const int Algorithms = 6;

    private protected static readonly string[] Columns =
        ["sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"];

    /// <summary>Adds a signature.</summary>
    /// <param name="expiresAt">Unix milliseconds; kept at least until then.</param>
    /// <param name="digests">By <see cref="ImprintAlgorithm"/>; null for one that is not kept.</param>
    public abstract void Insert(long expiresAt, ReadOnlySpan<long?> digests);

    /// <summary>Takes a signature with this digest away: once for each that was added.</summary>
    /// <returns>
    /// What was taken, so that it can be added again; null when there is none, or somebody else took it in this moment.
    /// </returns>
    public abstract SignatureDigestRow? Take(ImprintAlgorithm algorithm, long digest, long now);

    /// <summary>Adds a signature again that was taken.</summary>
    public void Insert(in SignatureDigestRow row)
    {
        Span<long?> digests = stackalloc long?[Algorithms];
        for (var i = 0; i < Algorithms; i++)
        {
            digests[i] = row.Digests[i];
        }

        Insert(row.ExpiresAt, digests);
    }

    /// <summary>Removes rows whose time is over, oldest first.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="limit">At most this many.</param>
    /// <returns>How many.</returns>
    public abstract int DeleteExpired(long now, int limit);

    private protected static string InsertInto
        => $"INSERT INTO signature_digest (expires_at, {string.Join(", ", Columns)}) ";

    private protected static string TakeFrom(string column, string locking)
        => "DELETE FROM signature_digest WHERE seq = (SELECT seq FROM signature_digest " +
            $"WHERE {column} = ?1 AND expires_at > ?2 ORDER BY seq LIMIT 1{locking}) " +
            $"RETURNING expires_at, {string.Join(", ", Columns)}";

    private protected static SignatureDigestRow? ReadTaken(Statement statement)
    {
        using var rows = statement.Rows();
        if (!rows.Next())
        {
            return null;
        }

        var digests = new long?[Algorithms];
        for (var i = 0; i < Algorithms; i++)
        {
            digests[i] = rows.NullableInt64(i + 1);
        }

        return new SignatureDigestRow(rows.Int64(0), digests);
    }

    private protected static string Expired
        => "DELETE FROM signature_digest WHERE expires_at <= ?1 AND seq IN " +
            "(SELECT seq FROM signature_digest ORDER BY seq LIMIT ?2)";
}
