using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The signers' TOTP factors.</summary>
public sealed class FactorTable
{
    private const string Columns =
        "id, signer_id, state, secret, algorithm, digits, period, last_step, wrong_codes, created_at";

    private readonly Statement _insert;
    private readonly Statement _findBySigner;
    private readonly Statement _update;
    private readonly Statement _erase;

    internal FactorTable(SqlSession session)
    {
        _insert = session.Prepare(
            $"INSERT INTO factor ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
        _findBySigner = session.Prepare(
            $"SELECT {Columns} FROM factor WHERE signer_id = ?1 AND state <> 3 " +
            "ORDER BY created_at DESC, id DESC LIMIT 1");
        _erase = session.Prepare("UPDATE factor SET state = 3, secret = ?2 WHERE signer_id = ?1");
        _update = session.Prepare(
            "UPDATE factor SET state = ?2, secret = ?3, algorithm = ?4, digits = ?5, period = ?6, last_step = ?7, " +
            "wrong_codes = ?8 WHERE id = ?1");
    }

    /// <summary>Adds a factor.</summary>
    public void Insert(FactorRow row) => _insert.Start()
        .Bind(row.Id).Bind(row.SignerId).Bind((int)row.State).Bind(row.Secret).Bind(row.Algorithm)
        .Bind(row.Digits).Bind(row.Period).Bind(row.LastStep).Bind(row.WrongCodes).Bind(row.CreatedAt)
        .Execute();

    /// <summary>The signer's newest factor that is not void, or null.</summary>
    public FactorRow? FindBySigner(Guid signerId)
    {
        using var rows = _findBySigner.Start().Bind(signerId).Rows();
        return !rows.Next()
            ? null
            : new FactorRow(
                rows.Guid(0),
                rows.Guid(1),
                (FactorState)rows.Int32(2),
                rows.Bytes(3),
                rows.Int32(4),
                rows.Int32(5),
                rows.Int32(6),
                rows.Int64(7),
                rows.Int32(8),
                rows.Int64(9));
    }

    /// <summary>Voids all factors of a signer and removes their secrets.</summary>
    public void Erase(Guid signerId) => _erase.Start().Bind(signerId).Bind([]).Execute();

    /// <summary>Writes everything but the ids and the time of creation.</summary>
    /// <returns>False when there is no such factor.</returns>
    public bool Update(FactorRow row) => _update.Start()
        .Bind(row.Id).Bind((int)row.State).Bind(row.Secret).Bind(row.Algorithm).Bind(row.Digits)
        .Bind(row.Period).Bind(row.LastStep).Bind(row.WrongCodes)
        .Execute() == 1;
}
