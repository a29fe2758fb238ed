namespace Appliance.Storage.Postgres;

/// <summary>Text as PostgreSQL takes it: any character but NUL.</summary>
internal static class PostgresText
{
    /// <summary>
    /// A NUL becomes the replacement character, as a lone surrogate does on the way to UTF-8: what a stranger types is
    /// no error of the database's.
    /// </summary>
    public static string? Storable(string? text)
        => text is not null && text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text;
}
