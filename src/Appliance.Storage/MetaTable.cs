using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>Facts about the installation: a name and a text each.</summary>
public sealed class MetaTable
{
    private readonly Statement _set;
    private readonly Statement _get;
    private readonly Statement _add;

    internal MetaTable(SqlSession session)
    {
        _set = session.Prepare(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
        _add = session.Prepare(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING");
        _get = session.Prepare("SELECT value FROM meta WHERE key = ?1");
    }

    /// <summary>Writes a fact.</summary>
    public void Set(string key, string value) => _set.Start().Bind(key).Bind(value).Execute();

    /// <summary>Writes a fact, unless it was written before.</summary>
    /// <returns>False when it was.</returns>
    public bool TryAdd(string key, string value) => _add.Start().Bind(key).Bind(value).Execute() == 1;

    /// <summary>Reads a fact; null when it was never written.</summary>
    public string? Get(string key)
    {
        using var rows = _get.Start().Bind(key).Rows();
        return rows.Next() ? rows.Text(0) : null;
    }
}
