using System.Globalization;
using Appliance.Storage.Sql;

namespace Appliance.Storage.Sqlite;

/// <summary>
/// Runs the numbered scripts of Migrations/Sqlite that a store has not seen, each in a transaction of its own together
/// with
/// its number (PRAGMA user_version), so that a crash leaves a whole schema.
/// </summary>
internal static class SqliteMigrator
{
    private static readonly MigrationScripts s_scripts = new("Sqlite");

    public static void Run(Database database, string path)
    {
        var found = ReadVersion(database);
        if (found > s_scripts.Newest)
        {
            throw new StoreSchemaException(path, found, s_scripts.Newest);
        }

        for (var number = checked((int)found) + 1; number <= s_scripts.Newest; number++)
        {
            database.Execute("BEGIN IMMEDIATE");
            try
            {
                database.Execute(s_scripts.Read(number));
                database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {number}"));
                database.Execute("COMMIT");
            }
            catch
            {
                if (database.InTransaction)
                {
                    database.Execute("ROLLBACK");
                }

                throw;
            }
        }
    }

    private static long ReadVersion(Database database)
    {
        using var rows = database.Prepare("PRAGMA user_version").Start().Rows();
        rows.Next();
        return rows.Int64(0);
    }
}
