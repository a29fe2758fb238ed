using System.Buffers.Binary;
using System.Text;

namespace Appliance.Storage.Chains;

/// <summary>A record's columns as bytes: see <see cref="AuditHash"/>.</summary>
internal static class AuditEncoding
{
    /// <summary>The columns that are hashed.</summary>
    public const int Columns = 13;

    private const int Prefix = sizeof(int);
    private const int FixedBytes = (Columns * Prefix) + (3 * sizeof(long)) + (5 * 16);
    private const int NullLength = -1;

    public static int MostBytes(in AuditRow row)
        => FixedBytes + row.Digest.Length + Most(row.Event) + Most(row.Outcome) + Most(row.Detail) + Most(row.Actor);

    /// <summary>Writes the columns.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(in AuditRow row, Span<byte> target)
    {
        var rest = target;
        Number(ref rest, row.Sequence);
        Number(ref rest, row.At);
        Text(ref rest, row.Event);
        Text(ref rest, row.Outcome);
        Id(ref rest, row.SignerId);
        Id(ref rest, row.CredentialId);
        Id(ref rest, row.ActivationId);
        Id(ref rest, row.ClientId);
        Id(ref rest, row.RequestId);
        Number(ref rest, row.Count);
        Bytes(ref rest, row.Digest.Span);
        Text(ref rest, row.Detail);
        Text(ref rest, row.Actor);
        return target.Length - rest.Length;
    }

    public static void Number(ref Span<byte> target, long value)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(target[Prefix..], value);
        target = target[(Prefix + sizeof(long))..];
    }

    public static void Null(ref Span<byte> target)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, NullLength);
        target = target[Prefix..];
    }

    public static void Bytes(ref Span<byte> target, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, value.Length);
        value.CopyTo(target[Prefix..]);
        target = target[(Prefix + value.Length)..];
    }

    private static int Most(string? text) => text is null ? 0 : Encoding.UTF8.GetMaxByteCount(text.Length);

    private static void Id(ref Span<byte> target, Guid? value)
    {
        if (value is not { } id)
        {
            Null(ref target);
            return;
        }

        BinaryPrimitives.WriteInt32BigEndian(target, 16);
        id.TryWriteBytes(target[Prefix..], bigEndian: true, out _);
        target = target[(Prefix + 16)..];
    }

    private static void Text(ref Span<byte> target, string? value)
    {
        if (value is null)
        {
            Null(ref target);
            return;
        }

        var length = Encoding.UTF8.GetBytes(value, target[Prefix..]);
        BinaryPrimitives.WriteInt32BigEndian(target, length);
        target = target[(Prefix + length)..];
    }
}
