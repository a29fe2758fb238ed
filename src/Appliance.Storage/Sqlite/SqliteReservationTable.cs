using System.Buffers;
using System.Buffers.Binary;

namespace Appliance.Storage.Sqlite;

/// <summary>Row at a time over SQLite's C interface.</summary>
internal sealed class SqliteReservationTable : ReservationTable
{
    private readonly Database _database;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _listBefore;
    private readonly SqliteStatement _listActivations;

    public SqliteReservationTable(Database database)
    {
        _database = database;
        _insert = database.Prepare(
            "INSERT INTO reservation (incarnation, request_id, activation_id, ordinals, package_id) " +
            "VALUES (?1, ?2, ?3, ?4, ?5)");
        _delete = database.Prepare("DELETE FROM reservation WHERE seq = ?1");
        _listBefore = database.Prepare(
            "SELECT seq, incarnation, request_id, activation_id, ordinals, package_id FROM reservation " +
            "WHERE incarnation < ?1");
        _listActivations = database.Prepare("SELECT activation_id FROM reservation");
    }

    public override long Insert(
        long incarnation, Guid requestId, Guid activationId, ReadOnlySpan<int> ordinals, Guid? packageId)
    {
        var length = ordinals.Length * sizeof(int);
        var rented = length > 256 ? ArrayPool<byte>.Shared.Rent(length) : null;
        var bytes = rented is null ? stackalloc byte[256] : rented;
        for (var i = 0; i < ordinals.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes[(i * sizeof(int))..], ordinals[i]);
        }

        _insert.Start()
            .Bind(incarnation).Bind(requestId).Bind(activationId).Bind(bytes[..length]).Bind(packageId)
            .Execute();
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return _database.LastInsertRowId;
    }

    public override void Delete(long sequence) => _delete.Start().Bind(sequence).Execute();

    public override IReadOnlyList<ReservationRow> ListBefore(long incarnation)
    {
        using var rows = _listBefore.Start().Bind(incarnation).Rows();
        var result = new List<ReservationRow>();
        while (rows.Next())
        {
            var bytes = rows.Span(4);
            var ordinals = new int[bytes.Length / sizeof(int)];
            for (var i = 0; i < ordinals.Length; i++)
            {
                ordinals[i] = BinaryPrimitives.ReadInt32BigEndian(bytes[(i * sizeof(int))..]);
            }

            result.Add(new ReservationRow(rows.Int64(0), rows.Int64(1), rows.Guid(2), rows.Guid(3), ordinals, rows.NullableGuid(5)));
        }

        return result;
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
