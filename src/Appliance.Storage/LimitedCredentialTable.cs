using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The credentials that were suspended because their signer was limited.</summary>
public sealed class LimitedCredentialTable
{
    private readonly Statement _insert;
    private readonly Statement _list;
    private readonly Statement _delete;

    internal LimitedCredentialTable(SqlSession session)
    {
        _insert = session.Prepare(
            "INSERT INTO limited_credential (signer_id, credential_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
        _list = session.Prepare(
            "SELECT credential_id FROM limited_credential WHERE signer_id = ?1 ORDER BY credential_id");
        _delete = session.Prepare("DELETE FROM limited_credential WHERE signer_id = ?1");
    }

    /// <summary>Remembers one.</summary>
    public void Insert(Guid signerId, Guid credentialId)
        => _insert.Start().Bind(signerId).Bind(credentialId).Execute();

    /// <summary>A signer's.</summary>
    public IReadOnlyList<Guid> List(Guid signerId)
    {
        using var rows = _list.Start().Bind(signerId).Rows();
        var result = new List<Guid>();
        while (rows.Next())
        {
            result.Add(rows.Guid(0));
        }

        return result;
    }

    /// <summary>Forgets a signer's.</summary>
    public void Delete(Guid signerId) => _delete.Start().Bind(signerId).Execute();
}
