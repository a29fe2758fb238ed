using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>Where signers are reached.</summary>
public sealed class ContactTable
{
    private const string Columns = "signer_id, email, phone, language, mac";

    private readonly Statement _upsert;
    private readonly Statement _find;
    private readonly Statement _delete;

    internal ContactTable(SqlSession session)
    {
        _upsert = session.Prepare(
            $"INSERT INTO contact ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (signer_id) DO UPDATE SET " +
            "email = excluded.email, phone = excluded.phone, language = excluded.language, mac = excluded.mac");
        _find = session.Prepare($"SELECT {Columns} FROM contact WHERE signer_id = ?1");
        _delete = session.Prepare("DELETE FROM contact WHERE signer_id = ?1");
    }

    /// <summary>Adds a signer's contact, or replaces it.</summary>
    public void Upsert(ContactRow row) => _upsert.Start()
        .Bind(row.SignerId).Bind(row.Email).Bind(row.Phone).Bind(row.Language).Bind(row.Mac)
        .Execute();

    /// <summary>The signer's contact, or null.</summary>
    public ContactRow? Find(Guid signerId)
    {
        using var rows = _find.Start().Bind(signerId).Rows();
        return rows.Next()
            ? new ContactRow(rows.Guid(0), rows.NullableText(1), rows.NullableText(2), rows.Text(3), rows.Bytes(4))
            : null;
    }

    /// <summary>Removes a signer's contact.</summary>
    /// <returns>False when there was none.</returns>
    public bool Delete(Guid signerId) => _delete.Start().Bind(signerId).Execute() == 1;
}
