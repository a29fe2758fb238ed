using System.Buffers.Binary;

namespace Appliance.Benchmarks.Scale;

/// <summary>Ids of what a store is filled with: UUIDv7 as signers added one a millisecond would have.</summary>
internal static class FillIds
{
    private const long FirstMillisecond = 1_700_000_000_000;

    public static Guid Signer(int number) => Make(number, 1);

    public static Guid Profile(int number) => Make(number, 2);

    public static Guid Credential(int number) => Make(number, 3);

    public static Guid Factor(int number) => Make(number, 4);

    private static Guid Make(int number, byte kind)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, (FirstMillisecond + number) << 16);
        (bytes[6], bytes[8], bytes[15]) = (0x70, 0x80, kind);
        return new Guid(bytes, bigEndian: true);
    }
}
