using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The signers' profiles.</summary>
public sealed class ProfileTable
{
    private const string Columns = "id, signer_id, kind, name, created_at, organisation_id, ended_at";

    private readonly Statement _insert;
    private readonly Statement _find;
    private readonly Statement _listBySigner;
    private readonly Statement _end;
    private readonly Statement _erase;

    internal ProfileTable(SqlSession session)
    {
        _insert = session.Prepare($"INSERT INTO profile ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _find = session.Prepare($"SELECT {Columns} FROM profile WHERE id = ?1");
        _listBySigner = session.Prepare($"SELECT {Columns} FROM profile WHERE signer_id = ?1 ORDER BY id LIMIT 1000");
        _erase = session.Prepare("UPDATE profile SET name = ?2, organisation_id = NULL WHERE signer_id = ?1");
        _end = session.Prepare("UPDATE profile SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL");
    }

    /// <summary>Adds a profile.</summary>
    public void Insert(ProfileRow row) => _insert.Start()
        .Bind(row.Id).Bind(row.SignerId).Bind((int)row.Kind).Bind(row.Name).Bind(row.CreatedAt)
        .Bind(row.OrganisationId).Bind(row.EndedAt)
        .Execute();

    /// <summary>The profile with this id, or null.</summary>
    public ProfileRow? Find(Guid id)
    {
        using var rows = _find.Start().Bind(id).Rows();
        return rows.Next() ? Read(rows) : null;
    }

    /// <summary>
    /// Puts a pseudonym in the place of the names of a signer's profiles, and forgets for whom it acts.
    /// </summary>
    public void Erase(Guid signerId, string pseudonym)
        => _erase.Start().Bind(signerId).Bind(pseudonym).Execute();

    /// <summary>Ends a profile.</summary>
    /// <param name="id">The profile.</param>
    /// <param name="at">Unix milliseconds.</param>
    /// <returns>False when there is none that goes on.</returns>
    public bool End(Guid id, long at) => _end.Start().Bind(id).Bind(at).Execute() == 1;

    /// <summary>A signer's profiles, oldest first, at most 1,000.</summary>
    public IReadOnlyList<ProfileRow> ListBySigner(Guid signerId)
    {
        using var rows = _listBySigner.Start().Bind(signerId).Rows();
        var result = new List<ProfileRow>();
        while (rows.Next())
        {
            result.Add(Read(rows));
        }

        return result;
    }

    private static ProfileRow Read(Rows rows) => new(
        rows.Guid(0), rows.Guid(1), (ProfileKind)rows.Int32(2), rows.Text(3), rows.Int64(4))
    {
        OrganisationId = rows.NullableGuid(5),
        EndedAt = rows.NullableInt64(6),
    };
}
