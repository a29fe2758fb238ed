using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The PINs that tokens refused: one per token.</summary>
public sealed class RefusedPinTable
{
    private const string Columns = "token_serial, salt, iterations, digest, at";

    private readonly Statement _upsert;
    private readonly Statement _find;
    private readonly Statement _delete;

    internal RefusedPinTable(SqlSession session)
    {
        _upsert = session.Prepare(
            $"INSERT INTO refused_pin ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5) " +
            "ON CONFLICT (token_serial) DO UPDATE SET salt = excluded.salt, iterations = excluded.iterations, " +
            "digest = excluded.digest, at = excluded.at");
        _find = session.Prepare($"SELECT {Columns} FROM refused_pin WHERE token_serial = ?1");
        _delete = session.Prepare("DELETE FROM refused_pin WHERE token_serial = ?1");
    }

    /// <summary>Remembers a refused PIN; the token's former one is forgotten.</summary>
    public void Upsert(RefusedPinRow row) => _upsert.Start()
        .Bind(row.TokenSerial).Bind(row.Salt).Bind(row.Iterations).Bind(row.Digest).Bind(row.At)
        .Execute();

    /// <summary>The token's refused PIN, or null.</summary>
    public RefusedPinRow? Find(string tokenSerial)
    {
        using var rows = _find.Start().Bind(tokenSerial).Rows();
        return rows.Next()
            ? new RefusedPinRow(rows.Text(0), rows.Bytes(1), rows.Int32(2), rows.Bytes(3), rows.Int64(4))
            : null;
    }

    /// <summary>Forgets the token's refused PIN.</summary>
    /// <returns>False when there was none.</returns>
    public bool Delete(string tokenSerial) => _delete.Start().Bind(tokenSerial).Execute() == 1;
}
