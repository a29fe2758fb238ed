using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Factors.Codes;

/// <summary>
/// HMAC-SHA-256 over the fields of a row, each of fixed length or with its length before it. The first byte says what
/// the value is for, so that one key makes several kinds that never meet.
/// </summary>
internal readonly struct RowHash : IDisposable
{
    private readonly IncrementalHash _hash;

    internal RowHash(ReadOnlyMemory<byte> key, RowHashKind kind)
    {
        _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Span);
        _hash.AppendData([(byte)kind]);
    }

    internal RowHash Add(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        _hash.AppendData(bytes);
        return this;
    }

    internal RowHash Add(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        _hash.AppendData(bytes);
        return this;
    }

    internal RowHash Add(ReadOnlySpan<byte> value)
    {
        Add(value.Length);
        _hash.AppendData(value);
        return this;
    }

    internal RowHash Add(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Add(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return this;
    }

    internal byte[] Value() => _hash.GetHashAndReset();

    internal bool Is(byte[] value) => CryptographicOperations.FixedTimeEquals(Value(), value);

    public void Dispose() => _hash.Dispose();
}
