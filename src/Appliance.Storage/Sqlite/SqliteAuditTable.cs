using System.Buffers.Binary;
using Appliance.Storage.Chains;
using Appliance.Storage.Sql;

namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteAuditTable : AuditTable
{
    /// <summary>Lengths of a record's columns, of all of them, and of its hash.</summary>
    private const int Prefixes = (AuditEncoding.Columns + 2) * sizeof(int);

    private readonly Database _database;
    private readonly SqliteIncarnation _incarnation;
    private readonly SqliteStatement _append;
    private readonly SqliteStatement _copy;

    public SqliteAuditTable(Database database, SqliteIncarnation incarnation)
        : base(database, byTime: false)
    {
        _database = database;
        _incarnation = incarnation;
        _append = database.Prepare(
            $"INSERT INTO audit ({AuditReader.Columns}, hash) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
        _copy = database.Prepare(
            $"SELECT {AuditReader.Columns}, hash FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2");
    }

    private protected override ChainIdentity Identity => new(_incarnation.Node, _incarnation.Number, 0, 0);

    public override void Copy(long after, int limit, AuditBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        block.Clear();
        _copy.Start().Bind(after).Bind(limit);
        try
        {
            while (_copy.Step())
            {
                CopyRow(block);
            }
        }
        finally
        {
            _copy.Reset();
        }
    }

    private protected override void Demand()
    {
        // A record outside of a transaction is one of its own.
    }

    private protected override AuditRow Storable(in AuditRow row) => row;

    private protected override void Write(in AuditRow row)
    {
        try
        {
            _append.Start()
                .Bind(row.Sequence)
                .Bind(row.At).Bind(row.Event).Bind(row.Outcome)
                .Bind(row.SignerId).Bind(row.CredentialId).Bind(row.ActivationId).Bind(row.ClientId)
                .Bind(row.RequestId)
                .Bind(row.Count).Bind(row.Digest.Span).Bind(row.Detail).Bind(row.Actor)
                .Bind(row.Hash.Span)
                .Execute();
        }
        catch (StoreException taken) when (taken.Failure == StoreFailure.Constraint)
        {
            State.Abandon();
            throw;
        }
    }

    private protected override void Appended()
    {
        if (!_database.InTransaction)
        {
            State.Commit();
        }
    }

    private void CopyRow(AuditBlock block)
    {
        var most = Prefixes + AuditHash.Length;
        for (var column = 0; column <= AuditEncoding.Columns; column++)
        {
            most += IsNumber(column) ? sizeof(long) : _copy.Span(column).Length;
        }

        var record = block.Reserve(most);
        var rest = record[sizeof(int)..];
        for (var column = 0; column < AuditEncoding.Columns; column++)
        {
            if (IsNumber(column))
            {
                AuditEncoding.Number(ref rest, _copy.Int64(column));
            }
            else
            {
                CopyBytes(ref rest, column);
            }
        }

        BinaryPrimitives.WriteInt32BigEndian(record, record.Length - rest.Length - sizeof(int));
        CopyBytes(ref rest, AuditEncoding.Columns);
        block.Add(record.Length - rest.Length, _copy.Int64(0));
    }

    private void CopyBytes(ref Span<byte> target, int column)
    {
        var value = _copy.Span(column);
        if (value.IsEmpty && _copy.IsNull(column))
        {
            AuditEncoding.Null(ref target);
        }
        else
        {
            AuditEncoding.Bytes(ref target, value);
        }
    }

    /// <summary>seq, at and count.</summary>
    private static bool IsNumber(int column) => column is 0 or 1 or 9;
}
