using System.Buffers.Binary;

namespace Appliance.Storage.Sql;

/// <summary>The rows of a running statement. Disposing resets the statement, so always read them in a using.</summary>
internal readonly ref struct Rows(Statement statement)
{
    public bool Next() => statement.Step();

    public bool IsNull(int column) => statement.IsNull(column);

    public long Int64(int column) => statement.Int64(column);

    public int Int32(int column) => checked((int)statement.Int64(column));

    public long? NullableInt64(int column) => IsNull(column) ? null : statement.Int64(column);

    public bool Flag(int column) => statement.Int64(column) != 0;

    public ReadOnlySpan<byte> Span(int column) => statement.Span(column);

    public byte[] Bytes(int column) => statement.Span(column).ToArray();

    public byte[]? NullableBytes(int column) => IsNull(column) ? null : Bytes(column);

    public Guid Guid(int column) => statement.Guid(column);

    public Guid? NullableGuid(int column) => IsNull(column) ? null : Guid(column);

    /// <summary>Reads 16 big-endian bytes. Anything else is nobody's MAC and reads as 0.</summary>
    public UInt128 UInt128(int column)
        => BinaryPrimitives.TryReadUInt128BigEndian(statement.Span(column), out var value) ? value : 0;

    public string Text(int column) => statement.Text(column);

    public string? NullableText(int column) => IsNull(column) ? null : Text(column);

    public void Dispose() => statement.Reset();
}
