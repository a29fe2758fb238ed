using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The organisations.</summary>
public sealed class OrganisationTable
{
    private const string Columns = "id, name, registration, lei, vat, created_at, mac";

    private readonly Statement _insert;
    private readonly Statement _find;
    private readonly Statement _list;

    internal OrganisationTable(SqlSession session)
    {
        _insert = session.Prepare($"INSERT INTO organisation ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _find = session.Prepare($"SELECT {Columns} FROM organisation WHERE id = ?1");
        _list = session.Prepare($"SELECT {Columns} FROM organisation WHERE id > ?1 ORDER BY id LIMIT ?2");
    }

    /// <summary>Adds an organisation, whose signer exists.</summary>
    public void Insert(OrganisationRow row) => _insert.Start()
        .Bind(row.Id).Bind(row.Name).Bind(row.Registration).Bind(row.Lei).Bind(row.Vat).Bind(row.CreatedAt)
        .Bind(row.Mac)
        .Execute();

    /// <summary>The organisation with this id, or null.</summary>
    public OrganisationRow? Find(Guid id)
    {
        using var rows = _find.Start().Bind(id).Rows();
        return rows.Next() ? Read(rows) : null;
    }

    /// <summary>A page of organisations, oldest first.</summary>
    /// <param name="after">The last id of the page before; empty for the first page.</param>
    /// <param name="limit">At most this many.</param>
    public IReadOnlyList<OrganisationRow> List(Guid after = default, int limit = 1_000)
    {
        using var rows = _list.Start().Bind(after).Bind(limit).Rows();
        var result = new List<OrganisationRow>();
        while (rows.Next())
        {
            result.Add(Read(rows));
        }

        return result;
    }

    private static OrganisationRow Read(Rows rows) => new(
        rows.Guid(0),
        rows.Text(1),
        rows.NullableText(2),
        rows.NullableText(3),
        rows.NullableText(4),
        rows.Int64(5),
        rows.Bytes(6));
}
