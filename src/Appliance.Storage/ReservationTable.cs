using System.Buffers;
using System.Buffers.Binary;
using Appliance.Storage.Sqlite;

namespace Appliance.Storage;

/// <summary>The requests that are being signed: as many rows as requests are in flight, and none when all is settled.</summary>
public sealed class ReservationTable
{
    private readonly Statement _insert;
    private readonly Statement _delete;
    private readonly Statement _listBefore;

    internal ReservationTable(Database database)
    {
        _insert = database.Prepare(
            "INSERT INTO reservation (request_id, incarnation, activation_id, ordinals) VALUES (?1, ?2, ?3, ?4)");
        _delete = database.Prepare("DELETE FROM reservation WHERE request_id = ?1");
        _listBefore = database.Prepare(
            "SELECT request_id, incarnation, activation_id, ordinals FROM reservation WHERE incarnation < ?1");
    }

    /// <summary>Adds a request.</summary>
    /// <exception cref="StoreException">The request id is in use (<see cref="StoreFailure.Constraint"/>).</exception>
    public void Insert(Guid requestId, long incarnation, Guid activationId, ReadOnlySpan<int> ordinals)
    {
        var rented = ordinals.Length > 64 ? ArrayPool<byte>.Shared.Rent(ordinals.Length * 4) : null;
        var bytes = rented ?? stackalloc byte[64 * 4];
        for (var i = 0; i < ordinals.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes[(i * 4)..], ordinals[i]);
        }

        _insert.Start()
            .Bind(requestId).Bind(incarnation).Bind(activationId).Bind(bytes[..(ordinals.Length * 4)])
            .Execute();
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Removes a settled request.</summary>
    public void Delete(Guid requestId) => _delete.Start().Bind(requestId).Execute();

    /// <summary>What incarnations before this one left.</summary>
    public IReadOnlyList<ReservationRow> ListBefore(long incarnation)
    {
        using var rows = _listBefore.Start().Bind(incarnation).Rows();
        var result = new List<ReservationRow>();
        while (rows.Next())
        {
            var bytes = rows.Span(3);
            var ordinals = new int[bytes.Length / 4];
            for (var i = 0; i < ordinals.Length; i++)
            {
                ordinals[i] = BinaryPrimitives.ReadInt32BigEndian(bytes[(i * 4)..]);
            }

            result.Add(new ReservationRow(rows.Guid(0), rows.Int64(1), rows.Guid(2), ordinals));
        }

        return result;
    }
}
