using System.Buffers.Binary;
using System.Globalization;
using Appliance.Storage.Chains;
using Appliance.Storage.Sql;

namespace Appliance.Storage.Postgres;

/// <summary>
/// Copies records out in the binary format (PostgreSQL 15, COPY, "Binary Format"): per row the number of its fields,
/// two bytes,
/// and each field as its length and its bytes, which is the encoding that is hashed.
/// </summary>
internal static class PostgresAuditCopy
{
    /// <summary>Signature, flags.</summary>
    private const int FixedHeader = 11 + sizeof(int);

    private const short Trailer = -1;

    public static void Run(PostgresSession session, long after, int limit, AuditBlock block)
    {
        block.Clear();
        var sql = string.Create(
            CultureInfo.InvariantCulture,
            $"COPY (SELECT {AuditReader.Columns}, hash FROM audit WHERE seq > {after} ORDER BY seq LIMIT {limit}) "
            + $"TO STDOUT (FORMAT BINARY)");
        try
        {
            using var copy = session.Connection.BeginRawBinaryCopy(sql);
            using var stream = new BufferedStream(copy, 1 << 16);
            Span<byte> header = stackalloc byte[FixedHeader + sizeof(int)];
            stream.ReadExactly(header);
            for (var left = BinaryPrimitives.ReadInt32BigEndian(header[FixedHeader..]); left > 0; left--)
            {
                stream.ReadExactly(header[..1]);
            }

            while (ReadRow(stream, block))
            {
                // Until the trailer.
            }
        }
        catch (Exception error) when (PostgresErrors.IsOne(error))
        {
            throw PostgresErrors.Translate(error, "copying the audit trail");
        }
    }

    private static bool ReadRow(BufferedStream stream, AuditBlock block)
    {
        Span<byte> fields = stackalloc byte[sizeof(short)];
        stream.ReadExactly(fields);
        if (BinaryPrimitives.ReadInt16BigEndian(fields) == Trailer)
        {
            return false;
        }

        var used = sizeof(int);
        for (var column = 0; column <= AuditEncoding.Columns; column++)
        {
            if (column == AuditEncoding.Columns)
            {
                BinaryPrimitives.WriteInt32BigEndian(block.Reserve(used), used - sizeof(int));
            }

            var target = block.Reserve(used + sizeof(int)).Slice(used, sizeof(int));
            stream.ReadExactly(target);
            var length = Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(target));
            used += sizeof(int);
            stream.ReadExactly(block.Reserve(used + length).Slice(used, length));
            used += length;
        }

        block.Add(used, AuditBlock.SequenceOf(block.Reserve(used)[sizeof(int)..]));
        return true;
    }
}
