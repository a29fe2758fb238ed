using Appliance.Storage.Sql;
using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>
/// Written with the COMMIT, all signatures of a transaction in one statement. Two who take the same row wait for each
/// other: the second finds it gone, or takes the next one with the same digest.
/// </summary>
internal sealed class PostgresSignatureDigestTable : SignatureDigestTable
{
    private readonly PostgresTransaction _transaction;
    private readonly SetStatement _insert;
    private readonly ColumnOf<long> _expiresAt = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long?>[] _digests;
    private readonly Statement[] _take;
    private readonly Statement _deleteExpired;

    public PostgresSignatureDigestTable(PostgresTransaction transaction)
    {
        _transaction = transaction;
        var session = transaction.Session;
        _digests = [.. Columns.Select(_ => new ColumnOf<long?>(NpgsqlDbType.Bigint))];
        _insert = new SetStatement(
            $"{InsertInto}SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)", [_expiresAt, .. _digests]);
        _take = [.. Columns.Select(column => session.Prepare(TakeFrom(column, " FOR UPDATE")))];
        _deleteExpired = session.Prepare(Expired);
        transaction.Writes(_insert);
    }

    public override void Insert(long expiresAt, ReadOnlySpan<long?> digests)
    {
        _transaction.Demand();
        _expiresAt.Add(expiresAt);
        for (var i = 0; i < _digests.Length; i++)
        {
            _digests[i].Add(digests[i]);
        }

        _insert.EndRow();
    }

    public override SignatureDigestRow? Take(ImprintAlgorithm algorithm, long digest, long now)
    {
        _transaction.Demand();
        _transaction.Flush();
        return ReadTaken(_take[(int)algorithm].Start().Bind(digest).Bind(now));
    }

    public override int DeleteExpired(long now, int limit) => _deleteExpired.Start().Bind(now).Bind(limit).Execute();
}
