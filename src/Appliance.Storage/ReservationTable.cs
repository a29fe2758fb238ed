using System.Buffers;
using System.Buffers.Binary;
using Appliance.Storage.Sqlite;

namespace Appliance.Storage;

/// <summary>The requests that are being signed: as many rows as are in flight, and none when all is settled.</summary>
public sealed class ReservationTable
{
    private readonly Database _database;
    private readonly Statement _insert;
    private readonly Statement _delete;
    private readonly Statement _listBefore;

    internal ReservationTable(Database database)
    {
        _database = database;
        _insert = database.Prepare(
            "INSERT INTO reservation (incarnation, request_id, activation_id, ordinals, outcome_key) " +
            "VALUES (?1, ?2, ?3, ?4, ?5)");
        _delete = database.Prepare("DELETE FROM reservation WHERE seq = ?1");
        _listBefore = database.Prepare(
            "SELECT seq, incarnation, request_id, activation_id, ordinals, outcome_key FROM reservation " +
            "WHERE incarnation < ?1");
    }

    /// <summary>Adds a request.</summary>
    /// <param name="incarnation">The run of the node that reserves.</param>
    /// <param name="requestId">The request.</param>
    /// <param name="activationId">The activation that it draws on.</param>
    /// <param name="ordinals">The occurrences that it holds.</param>
    /// <param name="outcomeKey">Its row in <see cref="OutcomeTable"/>; null when it has none.</param>
    /// <returns>Its number inside the store.</returns>
    public long Insert(
        long incarnation,
        Guid requestId,
        Guid activationId,
        ReadOnlySpan<int> ordinals,
        UInt128? outcomeKey = null)
    {
        var length = ordinals.Length * sizeof(int);
        var rented = length > 256 ? ArrayPool<byte>.Shared.Rent(length) : null;
        var bytes = rented is null ? stackalloc byte[256] : rented;
        for (var i = 0; i < ordinals.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes[(i * sizeof(int))..], ordinals[i]);
        }

        _insert.Start()
            .Bind(incarnation).Bind(requestId).Bind(activationId).Bind(bytes[..length]).Bind(outcomeKey)
            .Execute();
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return _database.LastInsertRowId;
    }

    /// <summary>Removes a settled request.</summary>
    public void Delete(long sequence) => _delete.Start().Bind(sequence).Execute();

    /// <summary>What incarnations before this one left.</summary>
    public IReadOnlyList<ReservationRow> ListBefore(long incarnation)
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

            UInt128? outcomeKey = rows.IsNull(5) ? null : rows.UInt128(5);
            result.Add(new ReservationRow(
                rows.Int64(0), rows.Int64(1), rows.Guid(2), rows.Guid(3), ordinals, outcomeKey));
        }

        return result;
    }
}
