using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The signers' PINs.</summary>
public sealed class PinTable
{
    private const string Columns = "signer_id, state, wrong, changed_at, sealed, mac";

    private readonly Statement _upsert;
    private readonly Statement _find;
    private readonly Statement _delete;

    internal PinTable(SqlSession session)
    {
        _upsert = session.Prepare(
            $"INSERT INTO signer_pin ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (signer_id) DO UPDATE " +
            "SET state = excluded.state, wrong = excluded.wrong, changed_at = excluded.changed_at, " +
            "sealed = excluded.sealed, mac = excluded.mac");
        _find = session.Prepare($"SELECT {Columns} FROM signer_pin WHERE signer_id = ?1");
        _delete = session.Prepare("DELETE FROM signer_pin WHERE signer_id = ?1");
    }

    /// <summary>Adds a signer's PIN, or replaces it. Lock the signer first.</summary>
    public void Upsert(PinRow row) => _upsert.Start()
        .Bind(row.SignerId).Bind((int)row.State).Bind(row.Wrong).Bind(row.ChangedAt).Bind(row.Sealed).Bind(row.Mac)
        .Execute();

    /// <summary>The signer's PIN, or null.</summary>
    public PinRow? Find(Guid signerId)
    {
        using var rows = _find.Start().Bind(signerId).Rows();
        return rows.Next()
            ? new PinRow(
                rows.Guid(0),
                (FactorState)rows.Int32(1),
                rows.Int32(2),
                rows.Int64(3),
                rows.Bytes(4),
                rows.Bytes(5))
            : null;
    }

    /// <summary>Removes a signer's PIN.</summary>
    /// <returns>False when there was none.</returns>
    public bool Delete(Guid signerId) => _delete.Start().Bind(signerId).Execute() == 1;
}
