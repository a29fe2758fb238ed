using System.Globalization;

namespace Appliance.Storage.Sqlite;

/// <summary>
/// Runs the numbered scripts of Migrations/Sqlite that a store has not seen, each in a transaction of its own together
/// with
/// its number (PRAGMA user_version), so that a crash leaves a whole schema.
/// </summary>
internal static class SqliteMigrator
{
    /// <summary>The newest schema that this binary knows: the number of the last script.</summary>
    public static int Newest { get; } = CountScripts();

    public static void Run(Database database, string path)
    {
        var found = ReadVersion(database);
        if (found > Newest)
        {
            throw new StoreSchemaException(path, found, Newest);
        }

        for (var number = checked((int)found) + 1; number <= Newest; number++)
        {
            database.Execute("BEGIN IMMEDIATE");
            try
            {
                database.Execute(ReadScript(number));
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

    private static int CountScripts()
    {
        var count = 0;
        while (typeof(SqliteMigrator).Assembly.GetManifestResourceInfo(NameOf(count + 1)) is not null)
        {
            count++;
        }

        return count;
    }

    private static string ReadScript(int number)
    {
        using var stream = typeof(SqliteMigrator).Assembly.GetManifestResourceStream(NameOf(number))!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"Sqlite.{number:D4}.sql");
}
