namespace Appliance.Storage.Postgres;

/// <summary>
/// Numbers for new rows, taken from a sequence a block at a time. Numbers of a transaction that is undone are lost, as
/// they are with any sequence.
/// </summary>
internal sealed class NumberBlock(PostgresSession session, string sequence)
{
    /// <summary>INCREMENT BY of the sequences.</summary>
    private const long Size = 1_000;

    private long _next;
    private long _end;

    public long Next()
    {
        if (_next == _end)
        {
            using var rows = session.Prepare($"SELECT nextval('{sequence}')").Start().Rows();
            rows.Next();
            _next = rows.Int64(0);
            _end = _next + Size;
        }

        return _next++;
    }
}
