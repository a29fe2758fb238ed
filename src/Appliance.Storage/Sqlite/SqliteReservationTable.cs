using System.Buffers;
using System.Buffers.Binary;
using Appliance.Storage.Sql;

namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteReservationTable : ReservationTable
{
    private readonly Database _database;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _list;
    private readonly SqliteStatement _listActivations;

    public SqliteReservationTable(Database database)
    {
        _database = database;
        _insert = database.Prepare(
            "INSERT INTO reservation (incarnation, request_id, activation_id, ordinals, outcome_key, package_id) " +
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        _delete = database.Prepare("DELETE FROM reservation WHERE seq = ?1");
        _list = database.Prepare(
            "SELECT seq, incarnation, request_id, activation_id, ordinals, outcome_key, package_id FROM reservation " +
            "WHERE incarnation = ?1 ORDER BY seq LIMIT ?2");
        _listActivations = database.Prepare("SELECT activation_id FROM reservation");
    }

    public override long Insert(
        long incarnation,
        Guid requestId,
        Guid activationId,
        ReadOnlySpan<int> ordinals,
        UInt128? outcomeKey = null,
        Guid? packageId = null)
    {
        var length = ordinals.Length * sizeof(int);
        var rented = length > 256 ? ArrayPool<byte>.Shared.Rent(length) : null;
        var bytes = rented is null ? stackalloc byte[256] : rented;
        for (var i = 0; i < ordinals.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes[(i * sizeof(int))..], ordinals[i]);
        }

        _insert.Start()
            .Bind(incarnation).Bind(requestId).Bind(activationId).Bind(bytes[..length]).Bind(outcomeKey).Bind(packageId)
            .Execute();
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return _database.LastInsertRowId;
    }

    public override bool Delete(long sequence) => _delete.Start().Bind(sequence).Execute() == 1;

    public override IReadOnlyList<ReservationRow> List(long incarnation, int limit)
    {
        using var rows = _list.Start().Bind(incarnation).Bind(limit).Rows();
        return ReservationRows.ReadAll(rows);
    }

    public override IReadOnlyList<Guid> ListActivations()
    {
        using var rows = _listActivations.Start().Rows();
        var result = new List<Guid>();
        while (rows.Next())
        {
            result.Add(rows.Guid(0));
        }

        return result;
    }
}
