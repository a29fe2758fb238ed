namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteSignatureDigestTable : SignatureDigestTable
{
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement[] _take;
    private readonly SqliteStatement _deleteExpired;

    public SqliteSignatureDigestTable(Database database)
    {
        _insert = database.Prepare($"{InsertInto}VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _take = [.. Columns.Select(column => database.Prepare(TakeFrom(column, "")))];
        _deleteExpired = database.Prepare(Expired);
    }

    public override void Insert(long expiresAt, ReadOnlySpan<long?> digests)
    {
        var row = _insert.Start().Bind(expiresAt);
        foreach (var digest in digests)
        {
            row = row.Bind(digest);
        }

        row.Execute();
    }

    public override SignatureDigestRow? Take(ImprintAlgorithm algorithm, long digest, long now)
        => ReadTaken(_take[(int)algorithm].Start().Bind(digest).Bind(now));

    public override int DeleteExpired(long now, int limit) => _deleteExpired.Start().Bind(now).Bind(limit).Execute();
}
