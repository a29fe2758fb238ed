using Appliance.Grpc.Tests.Robustness.Cases;

namespace Appliance.Grpc.Tests.Robustness.Damage;

/// <summary>Damage to gRPC's frames and to what is in them. HTTP/2 is whole, so every case is answered.</summary>
internal static class MessageDamage
{
    private const int MaxMessage = 4 * 1024 * 1024;

    private static readonly Due s_ok = Due.Status(GrpcStatusCode.Ok);
    private static readonly Due s_internal = Due.Status(GrpcStatusCode.Internal);
    private static readonly Due s_tooLarge = Due.Status(GrpcStatusCode.ResourceExhausted);

    public static IEnumerable<Family> Families { get; } =
    [
        new("nothing damaged", 4, false, builder => builder.Request(Sample.Valid(builder.Random), s_ok)),
        new("body cut off", 10, false, CutOff),
        new("length too large for the server", 5, false, TooLarge),
        new("length larger than the message", 3, false, TooLong),
        new("length smaller than the message", 3, false, TooShort),
        new("flag 2 to 255", 5, false, Flag),
        new("message too many", 4, false, TooMany),
        new("message missing", 2, false, Missing),
        new("random bytes", 6, false, Noise),
        new("random bytes in a whole frame", 3, false, NoiseInFrame),
        new("bits flipped", 10, false, Flipped),
        new("bytes removed, doubled, added", 4, false, Spliced),
        new("damage after valid messages", 6, false, MidStream),
        new("damage after an answer", 2, false, AfterAnswer),
    ];

    /// <summary>At every byte.</summary>
    private static void CutOff(CaseBuilder builder)
    {
        var sample = Sample.Valid(builder.Random);
        var body = sample.Body;
        var cut = builder.Random.Next(body.Length + 1);
        builder.Request(sample, body[..cut], IsBoundary(sample, cut) ? s_ok : s_internal);
    }

    private static bool IsBoundary(Sample sample, int cut)
    {
        var at = 0;
        foreach (var message in sample.Messages)
        {
            if (at == cut)
            {
                return sample.StreamsRequests;
            }

            at += message.Length;
        }

        return at == cut;
    }

    private static void TooLarge(CaseBuilder builder)
    {
        var sample = Sample.Plain(builder.Random);
        var message = builder.OneOf<byte[]>([.. sample.Messages]);
        Sample.SetLength(message, builder.Random.Next(3) switch
        {
            0 => MaxMessage + 1,
            1 => uint.MaxValue,
            _ => (uint)builder.Random.NextInt64(MaxMessage + 1, uint.MaxValue),
        });
        builder.Request(sample, s_tooLarge);
    }

    private static void TooLong(CaseBuilder builder)
    {
        var sample = Sample.Plain(builder.Random);
        var message = sample.Messages[^1];
        var payload = message.Length - Sample.HeaderLength;
        Sample.SetLength(message, (uint)builder.Random.Next(payload + 1, MaxMessage));
        builder.Request(sample, s_internal);
    }

    private static void TooShort(CaseBuilder builder)
    {
        var sample = Sample.Plain(builder.Random);
        var message = sample.Messages[^1];
        var payload = message.Length - Sample.HeaderLength;
        Sample.SetLength(message, (uint)builder.Random.Next(payload));
        builder.Request(sample, sample.StreamsRequests ? Due.AnyOfMessages : s_internal);
    }

    private static void Flag(CaseBuilder builder)
    {
        var sample = Sample.Plain(builder.Random);
        builder.OneOf<byte[]>([.. sample.Messages])[0] = (byte)builder.Random.Next(2, 256);
        builder.Request(sample, s_internal);
    }

    private static void TooMany(CaseBuilder builder)
    {
        var sample = Sample.Single(builder.Random);
        byte[] extra = builder.Random.Next(2) == 0
            ? Proto.Noise(builder.Random, builder.Random.Next(1, 40))
            : Sample.Frame(Proto.Blob(builder.Random));
        builder.Request(sample, [.. sample.Body, .. extra], s_internal);
    }

    private static void Missing(CaseBuilder builder)
    {
        var sample = Sample.Valid(builder.Random);
        builder.Request(sample, [], sample.StreamsRequests ? s_ok : s_internal);
    }

    private static void Noise(CaseBuilder builder)
    {
        var noise = Proto.Noise(builder.Random, builder.Random.Next(300));
        if (noise.Length > 0 && builder.Random.Next(2) == 0)
        {
            noise[0] &= 1; // A flag that is none ends most of the others at once.
        }

        builder.Request(Sample.Valid(builder.Random), noise, Due.AnyOfMessages);
    }

    private static void NoiseInFrame(CaseBuilder builder)
    {
        var flag = (byte)builder.Random.Next(2);
        var noise = Sample.Frame(Proto.Noise(builder.Random, builder.Random.Next(100)), flag);
        builder.Request(Sample.Valid(builder.Random), noise, Due.AnyOfMessages);
    }

    private static void Flipped(CaseBuilder builder)
    {
        var sample = Sample.Plain(builder.Random);
        var body = sample.Body;
        for (var i = builder.Random.Next(1, 5); i > 0; i--)
        {
            body[builder.Random.Next(body.Length)] ^= (byte)(1 << builder.Random.Next(8));
        }

        builder.Request(sample, body, Due.AnyOfMessages);
    }

    private static void Spliced(CaseBuilder builder)
    {
        var sample = Sample.Valid(builder.Random);
        builder.Request(sample, Splice(builder.Random, sample.Body), Due.AnyOfMessages);
    }

    /// <summary>Some of the bytes taken out, put in twice, or others put among them.</summary>
    public static byte[] Splice(Random random, byte[] bytes)
    {
        var start = random.Next(bytes.Length + 1);
        var end = random.Next(start, Math.Min(bytes.Length, start + 50) + 1);
        return random.Next(3) switch
        {
            0 => [.. bytes[..start], .. bytes[end..]],
            1 => [.. bytes[..end], .. bytes[start..]],
            _ => [.. bytes[..start], .. Proto.Noise(random, random.Next(1, 20)), .. bytes[start..]],
        };
    }

    private static void MidStream(CaseBuilder builder)
    {
        var sample = Sample.Streaming(builder.Random);
        var (damaged, due) = Damaged(builder);
        builder.Request(sample, [.. sample.Body, .. damaged], due);
    }

    /// <summary>The stream goes on: the first request is answered before the damage comes.</summary>
    private static void AfterAnswer(CaseBuilder builder)
    {
        var sample = Sample.Exchange(builder.Random);
        var (damaged, due) = Damaged(builder);
        var stream = builder.NewStream();
        builder.Case.Due[stream] = due;
        builder.Headers(stream, sample);
        builder.Body(stream, sample.Messages[0], end: false);
        builder.Do(StepKind.AwaitHeaders, stream);
        builder.Body(stream, damaged, end: true);
    }

    private static (byte[] Bytes, Due Due) Damaged(CaseBuilder builder)
    {
        var frame = Sample.Frame(Proto.Blob(builder.Random));
        switch (builder.Random.Next(4))
        {
            case 0:
                frame[0] = (byte)builder.Random.Next(1, 256);
                return (frame, s_internal);
            case 1:
                return (frame[..builder.Random.Next(1, frame.Length)], s_internal);
            case 2:
                Sample.SetLength(frame, uint.MaxValue - (uint)builder.Random.Next(1_000));
                return (frame, s_tooLarge);
            default:
                return (Sample.Frame([.. Enumerable.Repeat((byte)0xFF, 11)]), s_internal);
        }
    }
}
