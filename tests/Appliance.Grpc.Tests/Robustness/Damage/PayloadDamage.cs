using Appliance.Grpc.Tests.Robustness.Cases;

namespace Appliance.Grpc.Tests.Robustness.Damage;

/// <summary>Damage within a message: gzip and protobuf.</summary>
internal static class PayloadDamage
{
    private const int MaxMessage = 4 * 1024 * 1024;
    private const int MostNested = 100;

    private static readonly Due s_ok = Due.Status(GrpcStatusCode.Ok);
    private static readonly Due s_internal = Due.Status(GrpcStatusCode.Internal);
    private static readonly Due s_tooLarge = Due.Status(GrpcStatusCode.ResourceExhausted);

    /// <summary>64 MiB of zeros in 64 KiB or less.</summary>
    private static readonly Lazy<byte[]> s_bomb = new(() => Sample.Gzip(new byte[16 * MaxMessage]));

    private static readonly Lazy<byte[]> s_justTooLarge = new(() => Sample.Gzip(new byte[MaxMessage + 1]));

    public static IEnumerable<Family> Families { get; } =
    [
        new("compressed without an encoding", 3, false, Unannounced),
        new("gzip cut off", 4, false, GzipCut),
        new("gzip damaged", 4, false, GzipFlipped),
        new("compressed, but not gzip", 2, false, NotGzip),
        new("gzip bomb", 1, true, Bomb),
        new("encoding unknown", 3, false, UnknownEncoding),
        new("varint bad", 4, false, Varint),
        new("wire type wrong", 4, false, WireType),
        new("field longer than its message", 3, false, FieldTooLong),
        new("nested deeply", 2, false, Nested),
        new("text that is no UTF-8", 2, false, Text),
    ];

    private static void Send(CaseBuilder builder, byte[] payload, Due due, byte flag = 0, string? encoding = null)
    {
        var sample = Sample.Plain(builder.Random);
        if (encoding is not null)
        {
            sample.Set("grpc-encoding", encoding);
        }

        sample.Messages[^1] = Sample.Frame(payload, flag);
        builder.Request(sample, due);
    }

    private static void Unannounced(CaseBuilder builder) => Send(
        builder,
        builder.Random.Next(2) == 0 ? Sample.Gzip(Proto.Blob(builder.Random)) : Proto.Blob(builder.Random),
        s_internal,
        flag: 1,
        builder.Random.Next(2) == 0 ? "identity" : null);

    private static void GzipCut(CaseBuilder builder)
    {
        var zipped = Sample.Gzip(Proto.Blob(builder.Random));
        var cut = builder.Random.Next(1, zipped.Length);
        Send(builder, zipped[..cut], s_internal, flag: 1, "gzip");
    }

    private static void GzipFlipped(CaseBuilder builder)
    {
        var zipped = Sample.Gzip(Proto.Blob(builder.Random));
        for (var i = builder.Random.Next(1, 5); i > 0; i--)
        {
            zipped[builder.Random.Next(zipped.Length)] ^= (byte)(1 << builder.Random.Next(8));
        }

        Send(builder, zipped, Due.AnyOfMessages, flag: 1, "gzip");
    }

    private static void NotGzip(CaseBuilder builder) => Send(
        builder, Proto.Noise(builder.Random, builder.Random.Next(1, 300)), s_internal, flag: 1, "gzip");

    private static void Bomb(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Single(builder.Random);
        sample.Set("grpc-encoding", "gzip");
        var bomb = builder.Random.Next(2) == 0 ? s_bomb.Value : s_justTooLarge.Value;
        var stream = builder.NewStream();
        builder.Case.Due[stream] = s_tooLarge;
        builder.Headers(stream, sample);
        builder.Do(StepKind.SendBody, stream, Sample.Frame(bomb, 1));
    }

    private static void UnknownEncoding(CaseBuilder builder) => Send(
        builder,
        Proto.Blob(builder.Random),
        Due.Status(GrpcStatusCode.Unimplemented),
        (byte)builder.Random.Next(2),
        builder.OneOf("deflate", "gzip,gzip", "GZIP", "", "\"", "x", "gzip;q=1", new string('z', 5_000)));

    private static void Varint(CaseBuilder builder)
    {
        var message = new List<byte>(Proto.Blob(builder.Random));
        var field = builder.OneOf(Proto.Count, Proto.Payload, Proto.Numbers, Proto.Inner, 0, 99);
        var numbers = Enumerable.Repeat((byte)(0x80 | builder.Random.Next(128)), builder.Random.Next(10, 30));
        switch (builder.Random.Next(3))
        {
            case 0: // A tag without an end.
                message.AddRange(numbers);
                break;
            case 1: // A value without an end.
                Proto.AddTag(message, field, Proto.Varint);
                message.AddRange(numbers);
                break;
            default: // Cut off.
                Proto.AddTag(message, field, Proto.Varint);
                message.AddRange(numbers.Take(builder.Random.Next(10)));
                break;
        }

        Send(builder, [.. message], s_internal);
    }

    private static void WireType(CaseBuilder builder)
    {
        var message = new List<byte>(Proto.Blob(builder.Random));
        if (builder.Random.Next(2) == 0)
        {
            // 6 and 7 are none, 4 ends a group that was never begun, 3 begins one without an end.
            Proto.AddTag(message, builder.Random.Next(1, 12), builder.OneOf(6, 7, Proto.EndGroup, Proto.StartGroup));
            Send(builder, [.. message], s_internal);
            return;
        }

        // A known field of another type than its own: unknown to the parser, and so no error unless it is too short.
        Proto.AddTag(message, Proto.Text, Proto.Fixed32);
        message.AddRange(Proto.Noise(builder.Random, builder.Random.Next(8)));
        Send(builder, [.. message], Due.AnyOfMessages);
    }

    private static void FieldTooLong(CaseBuilder builder)
    {
        var message = new List<byte>(Proto.Blob(builder.Random));
        Proto.AddTag(
            message,
            builder.OneOf(Proto.Payload, Proto.Text, Proto.Numbers, Proto.Inner, Proto.Entries, 99),
            Proto.Bytes);
        var most = builder.OneOf(100L, int.MaxValue, 1L << 62);
        Proto.AddVarint(message, (ulong)(1 + builder.Random.NextInt64(most)));

        // protobuf looks at 32 bits of a length, so that a very large one may be 0.
        Send(builder, [.. message], most <= int.MaxValue ? s_internal : Due.AnyOfMessages);
    }

    private static void Nested(CaseBuilder builder)
    {
        var groups = builder.Random.Next(2) == 0;
        var depth = builder.OneOf(MostNested / 2, 2 * MostNested, 50 * MostNested);
        byte[] payload;
        if (groups)
        {
            payload =
            [
                .. Enumerable.Repeat((byte)(15 << 3 | Proto.StartGroup), depth),
                .. Enumerable.Repeat((byte)(15 << 3 | Proto.EndGroup), depth),
            ];
        }
        else
        {
            // Written from the inside: each level is the one before and its header.
            var inner = new List<byte>();
            for (var i = 0; i < depth && inner.Count < 16_000; i++)
            {
                var outer = new List<byte>();
                Proto.AddBytes(outer, Proto.Inner, [.. inner]);
                inner = outer;
            }

            payload = [.. inner];
        }

        Send(builder, payload, depth < MostNested ? s_ok : s_internal);
    }

    private static void Text(CaseBuilder builder)
    {
        var message = new List<byte>();
        byte[] damaged = builder.Random.Next(3) switch
        {
            0 => [0xC0, 0x80],
            1 => [0xED, 0xA0, 0x80],
            _ => Proto.Noise(builder.Random, builder.Random.Next(1, 50)),
        };
        Proto.AddBytes(message, Proto.Text, damaged);
        Send(builder, [.. message], Due.AnyOfMessages);
    }
}
