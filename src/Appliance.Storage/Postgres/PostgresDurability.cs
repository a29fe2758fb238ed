using System.Globalization;

namespace Appliance.Storage.Postgres;

/// <summary>
/// Whether a COMMIT lasts: PostgreSQL must sync its log and keep whole pages in it, and must have done so when it
/// answers (PostgreSQL 15, sections 20.5 and 30). As our own session has it: a role or a database may have settings of
/// its own.
/// </summary>
internal static class PostgresDurability
{
    private const int OldestVersion = 13;
    private const string Query =
        "SELECT name, setting FROM pg_settings WHERE name IN " +
        "('server_version_num', 'fsync', 'full_page_writes', 'synchronous_commit')";

    /// <summary>All but off sync the log on this server; they differ in what they ask of standbys.</summary>
    private static readonly string[] s_lasting = ["on", "remote_write", "remote_apply", "local"];

    /// <remarks>Another database that speaks the protocol keeps what it commits in ways of its own.</remarks>
    public static StoreDurability Read(PostgresSession session)
    {
        var product = ReadProduct(session);
        var settings = ReadSettings(session);
        var isolation = session.IsSerializable ? "serializable" : "read committed";
        var told = $"{product}, isolation={isolation}, " + string.Join(", ", settings
            .Where(setting => setting.Key != "server_version_num")
            .OrderBy(setting => setting.Key, StringComparer.Ordinal)
            .Select(setting => $"{setting.Key}={setting.Value}"));
        if (!product.StartsWith("PostgreSQL", StringComparison.Ordinal))
        {
            return new StoreDurability(told, null);
        }

        var faults = new List<string>();
        var version = settings.GetValueOrDefault("server_version_num");
        if (!int.TryParse(version, CultureInfo.InvariantCulture, out var number) || number < OldestVersion * 10_000)
        {
            faults.Add($"PostgreSQL must be version {OldestVersion} or later");
        }

        DemandOn(settings, "fsync", faults);
        DemandOn(settings, "full_page_writes", faults);
        if (!s_lasting.Contains(settings.GetValueOrDefault("synchronous_commit"), StringComparer.Ordinal))
        {
            faults.Add("synchronous_commit must not be off");
        }

        if (IsStandby(session))
        {
            faults.Add("the server is a standby: give the address of the primary");
        }

        return new StoreDurability(told, faults.Count == 0 ? null : string.Join(", ", faults));
    }

    private static void DemandOn(Dictionary<string, string> settings, string name, List<string> faults)
    {
        if (settings.GetValueOrDefault(name) != "on")
        {
            faults.Add($"{name} must be on");
        }
    }

    /// <summary>Name and version: the first two words of version().</summary>
    private static string ReadProduct(PostgresSession session)
    {
        using var rows = session.Prepare("SELECT version()").Start().Rows();
        return rows.Next() ? string.Join(' ', rows.Text(0).Split(' ').Take(2)) : "";
    }

    private static bool IsStandby(PostgresSession session)
    {
        using var rows = session.Prepare("SELECT CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END").Start().Rows();
        return rows.Next() && rows.Flag(0);
    }

    private static Dictionary<string, string> ReadSettings(PostgresSession session)
    {
        using var rows = session.Prepare(Query).Start().Rows();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        while (rows.Next())
        {
            settings[rows.Text(0)] = rows.Text(1);
        }

        return settings;
    }
}
