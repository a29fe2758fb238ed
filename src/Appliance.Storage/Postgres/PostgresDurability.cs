namespace Appliance.Storage.Postgres;

/// <summary>
/// Whether a COMMIT lasts: PostgreSQL must sync its log and keep whole pages in it, and must have done so when it
/// answers (PostgreSQL 15, sections 20.5 and 30).
/// </summary>
internal static class PostgresDurability
{
    private static readonly string[] s_lasting = ["on", "remote_write", "remote_apply", "local"];

    public static StoreDurability Read(PostgresSession session)
    {
        var fsync = Show(session, "fsync");
        var pages = Show(session, "full_page_writes");
        var commit = Show(session, "synchronous_commit");
        var faults = new List<string>();
        if (fsync != "on")
        {
            faults.Add("fsync must be on");
        }

        if (pages != "on")
        {
            faults.Add("full_page_writes must be on");
        }

        if (!s_lasting.Contains(commit, StringComparer.Ordinal))
        {
            faults.Add("synchronous_commit must be on");
        }

        return new StoreDurability(
            $"fsync={fsync}, full_page_writes={pages}, synchronous_commit={commit}",
            faults.Count == 0 ? null : string.Join(", ", faults));
    }

    private static string Show(PostgresSession session, string setting)
    {
        using var rows = session.Prepare($"SHOW {setting}").Start().Rows();
        return rows.Next() ? rows.Text(0) : "";
    }
}
