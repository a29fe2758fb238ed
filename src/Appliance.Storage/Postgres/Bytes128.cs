using System.Buffers.Binary;

namespace Appliance.Storage.Postgres;

/// <summary>16 big-endian bytes: MACs and keys.</summary>
internal static class Bytes128
{
    public static byte[] Of(UInt128 value)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>Anything else than 16 bytes is nobody's and reads as 0.</summary>
    public static UInt128 Read(byte[] bytes)
        => bytes.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : 0;
}
