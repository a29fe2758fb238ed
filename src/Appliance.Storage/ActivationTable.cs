using Appliance.Storage.Sqlite;

namespace Appliance.Storage;

/// <summary>The activations.</summary>
public sealed class ActivationTable
{
    private const string Columns =
        "id, credential_id, signer_id, client_id, state, scal, total, remaining, next_ordinal, expires_at, created_at, mac";

    private readonly Statement _insert;
    private readonly Statement _find;
    private readonly Statement _check;
    private readonly Statement _take;
    private readonly Statement _giveBack;
    private readonly Statement _close;

    internal ActivationTable(Database database)
    {
        _insert = database.Prepare(
            $"INSERT INTO activation ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
        _find = database.Prepare($"SELECT {Columns} FROM activation WHERE id = ?1");
        _check = database.Prepare(
            "SELECT a.credential_id, a.signer_id, a.client_id, a.state, a.scal, a.total, a.remaining, a.next_ordinal, " +
            "a.expires_at, a.mac, c.state, c.version, c.not_before, c.not_after, s.state " +
            "FROM activation a CROSS JOIN credential c ON c.id = a.credential_id " +
            "CROSS JOIN signer s ON s.id = a.signer_id WHERE a.id = ?1");
        _take = database.Prepare(
            "UPDATE activation SET remaining = remaining - ?2, next_ordinal = next_ordinal + ?3 WHERE id = ?1");
        _giveBack = database.Prepare("UPDATE activation SET remaining = remaining + ?2 WHERE id = ?1 AND state = 0");
        _close = database.Prepare("UPDATE activation SET state = 1, remaining = 0 WHERE id = ?1 AND state = 0");
    }

    /// <summary>Adds an activation.</summary>
    public void Insert(ActivationRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _insert.Start()
            .Bind(row.Id).Bind(row.CredentialId).Bind(row.SignerId).Bind(row.ClientId).Bind((int)row.State)
            .Bind(row.Scal).Bind(row.Total).Bind(row.Remaining).Bind(row.NextOrdinal).Bind(row.ExpiresAt)
            .Bind(row.CreatedAt).Bind(row.Mac)
            .Execute();
    }

    /// <summary>The activation with this id, or null.</summary>
    public ActivationRow? Find(Guid id)
    {
        using var rows = _find.Start().Bind(id).Rows();
        return !rows.Next()
            ? null
            : new ActivationRow(
                rows.Guid(0),
                rows.Guid(1),
                rows.Guid(2),
                rows.Guid(3),
                (ActivationState)rows.Int32(4),
                rows.Int32(5),
                rows.Int32(6),
                rows.Int32(7),
                rows.Int32(8),
                rows.Int64(9),
                rows.Int64(10),
                rows.UInt128(11));
    }

    /// <summary>Reads an activation together with the present state of its credential and signer.</summary>
    /// <returns>False when there is no such activation.</returns>
    public bool TryCheck(Guid id, out ActivationCheck check)
    {
        using var rows = _check.Start().Bind(id).Rows();
        if (!rows.Next())
        {
            check = default;
            return false;
        }

        check = new ActivationCheck
        {
            CredentialId = rows.Guid(0),
            SignerId = rows.Guid(1),
            ClientId = rows.Guid(2),
            State = (ActivationState)rows.Int32(3),
            Scal = rows.Int32(4),
            Total = rows.Int32(5),
            Remaining = rows.Int32(6),
            NextOrdinal = rows.Int32(7),
            ExpiresAt = rows.Int64(8),
            Mac = rows.UInt128(9),
            CredentialState = (CredentialState)rows.Int32(10),
            CredentialVersion = rows.Int64(11),
            NotBefore = rows.Int64(12),
            NotAfter = rows.Int64(13),
            SignerState = (SignerState)rows.Int32(14),
        };
        return true;
    }

    /// <summary>Takes signatures off what is left.</summary>
    /// <exception cref="StoreException">Fewer are left (<see cref="StoreFailure.Constraint"/>).</exception>
    public void Take(Guid id, int count, int newOrdinals)
        => _take.Start().Bind(id).Bind(count).Bind(newOrdinals).Execute();

    /// <summary>Gives signatures back; a void activation keeps none.</summary>
    public void GiveBack(Guid id, int count) => _giveBack.Start().Bind(id).Bind(count).Execute();

    /// <summary>Makes an activation void; nothing is left of it.</summary>
    public void Close(Guid id) => _close.Start().Bind(id).Execute();
}
