using System.Text;

namespace Appliance.Grpc.Tests.Robustness.Cases;

/// <summary>protobuf's wire format by hand: appliance.targets.Blob, whole or not.</summary>
internal static class Proto
{
    public const int Payload = 1;
    public const int Text = 2;
    public const int Count = 3;
    public const int Size = 4;
    public const int Numbers = 5;
    public const int Inner = 6;
    public const int Entries = 7;
    public const int Small = 8;
    public const int Large = 9;
    public const int Compress = 10;

    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int Bytes = 2;
    public const int StartGroup = 3;
    public const int EndGroup = 4;
    public const int Fixed32 = 5;

    private const int MostPayload = 200;
    private const int MostLargePayload = 20_000;
    private const int MostNested = 3;

    /// <summary>A valid message. Few answers where it asks for a stream of them.</summary>
    public static byte[] Blob(Random random, int nested = 0)
    {
        var blob = new List<byte>();
        AddBytes(blob, Payload, Noise(random, random.Next(random.Next(20) == 0 ? MostLargePayload : MostPayload)));
        if (random.Next(2) == 0)
        {
            AddBytes(blob, Text, Encoding.UTF8.GetBytes("Zażółć gęślą jaźń"[..random.Next(17)]));
        }

        if (random.Next(2) == 0)
        {
            AddNumber(blob, Count, (ulong)random.Next(4));
            AddNumber(blob, Size, (ulong)random.Next(2_000));
        }

        if (random.Next(4) == 0)
        {
            AddTag(blob, Small, Fixed32);
            blob.AddRange(Noise(random, 4));
            AddTag(blob, Large, Fixed64);
            blob.AddRange(Noise(random, 8));
            AddNumber(blob, Compress, (ulong)random.Next(2));
        }

        if (random.Next(4) == 0)
        {
            var numbers = new List<byte>();
            for (var i = random.Next(10); i > 0; i--)
            {
                AddVarint(numbers, (ulong)random.NextInt64());
            }

            AddBytes(blob, Numbers, [.. numbers]);
        }

        if (random.Next(4) == 0 && nested < MostNested)
        {
            AddBytes(blob, Inner, Blob(random, nested + 1));
            AddBytes(blob, Entries, [0x0A, 1, (byte)'k', 0x12, 2, 1, 2]);
        }

        return [.. blob];
    }

    public static void AddTag(List<byte> message, int field, int wireType)
        => AddVarint(message, (ulong)(field << 3 | wireType));

    public static void AddNumber(List<byte> message, int field, ulong value)
    {
        AddTag(message, field, Varint);
        AddVarint(message, value);
    }

    public static void AddBytes(List<byte> message, int field, byte[] value)
    {
        AddTag(message, field, Bytes);
        AddVarint(message, (ulong)value.Length);
        message.AddRange(value);
    }

    public static void AddVarint(List<byte> message, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            message.Add((byte)(value & 0x7F | 0x80));
        }

        message.Add((byte)value);
    }

    public static byte[] Noise(Random random, int length)
    {
        var noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }
}
