using System.Globalization;

namespace Appliance.Storage.Sqlite;

/// <summary>
/// Runs the numbered scripts of Migrations/Sqlite that a store has not seen, in order, each in a transaction of its own
/// together with its number (PRAGMA user_version), so that a crash leaves a whole schema.
/// </summary>
internal static class SqliteMigrator
{
    private const string Prefix = "Sqlite.";
    private static readonly int[] s_numbers = FindScripts();

    /// <summary>The newest schema that this binary knows: the number of the last script.</summary>
    public static int Newest => s_numbers[^1];

    public static void Run(Database database, string path)
    {
        var found = ReadVersion(database);
        if (found > Newest)
        {
            throw new StoreSchemaException(path, found, Newest);
        }

        foreach (var number in s_numbers.Where(number => number > found))
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

    private static int[] FindScripts()
        => [.. typeof(SqliteMigrator).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => int.Parse(name.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture))
            .Order()];

    private static string ReadScript(int number)
    {
        using var stream = typeof(SqliteMigrator).Assembly.GetManifestResourceStream(NameOf(number))!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D4}.sql");
}
