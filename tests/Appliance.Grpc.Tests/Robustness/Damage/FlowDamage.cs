using Appliance.Grpc.Tests.Robustness.Cases;
using Appliance.Grpc.Tests.Robustness.Wire;

namespace Appliance.Grpc.Tests.Robustness.Damage;

/// <summary>Windows that overflow, stay shut or are ignored; floods.</summary>
internal static class FlowDamage
{
    private const int MaxMessage = 4 * 1024 * 1024;

    private static readonly Due s_ok = Due.Status(GrpcStatusCode.Ok);

    public static IEnumerable<Family> Families { get; } =
    [
        new("window overflows", 3, true, Overflow),
        new("window stays shut, then reset or broken", 3, true, Shut),
        new("window stays shut beyond the deadline", 1, true, ShutBeyondDeadline),
        new("window opens byte by byte", 2, true, Trickle),
        new("server's window ignored", 1, true, Ignored),
        new("large body", 1, true, LargeBody),
        new("too many streams", 1, true, TooManyStreams),
        new("flood of small frames", 1, true, Flood),
    ];

    private static void Overflow(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        if (builder.Random.Next(2) == 0)
        {
            builder.Add(Http2.WindowUpdate, 0, 0, builder.OneOf<uint>(0, int.MaxValue));
            builder.Case.MustClose = true;
            return;
        }

        var stream = builder.NewStream();
        builder.Headers(stream, sample);
        builder.Add(Http2.WindowUpdate, 0, stream, builder.OneOf<uint>(0, 1, int.MaxValue));
        builder.Body(stream, sample.Body, end: true);
        builder.Case.Due[stream] = Due.Lenient;
        builder.Case.MayClose = true;
    }

    private static void Shut(CaseBuilder builder)
    {
        builder.Add(Http2.Hello(window: (uint)builder.Random.Next(3)));
        var stream = builder.Request(Sample.Download(10, 30_000), s_ok);
        builder.Case.Due.Remove(stream);
        builder.Do(StepKind.AwaitHeaders, stream);
        if (builder.Random.Next(2) == 0)
        {
            builder.Do(StepKind.Abort);
            return;
        }

        builder.Add(Http2.Reset, 0, stream, Http2.Cancel);
    }

    /// <summary>
    /// There is no room for a status behind the data that nobody takes: the stream is reset, half a second later.
    /// </summary>
    private static void ShutBeyondDeadline(CaseBuilder builder)
    {
        builder.Add(Http2.Hello(window: 0));
        var sample = Sample.Download(20, 60_000);
        sample.Set("grpc-timeout", "20m");
        builder.Request(sample, Due.Status(GrpcStatusCode.DeadlineExceeded).OrReset());
    }

    private static void Trickle(CaseBuilder builder)
    {
        builder.Add(Http2.Hello(window: 0));
        var stream = builder.Request(Sample.Download(3, 10), s_ok);
        for (var i = 0; i < 20; i++)
        {
            builder.Add(Http2.WindowUpdate, 0, stream, (uint)builder.Random.Next(1, 5));
            builder.MaybeSend();
        }

        builder.Add(Http2.WindowUpdate, 0, stream, 1_000);
    }

    /// <summary>Deaf to flow control: twice what the server said it takes.</summary>
    private static void Ignored(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        var stream = builder.NewStream();
        builder.Headers(stream, sample);
        var head = Sample.Frame([]);
        Sample.SetLength(head, MaxMessage - 1);
        builder.Data(stream, head, end: false);
        for (var i = 0; i < 40; i++)
        {
            builder.Add(Http2.Data, 0, stream, new byte[16_384]);
        }

        builder.Add(Http2.Data, Http2.EndStream, stream, []);
        builder.Case.Due[stream] = Due.Lenient;
        builder.Case.MayClose = true;
    }

    private static void LargeBody(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Single(builder.Random);
        var stream = builder.NewStream();
        var size = builder.OneOf(70_000, 300_000, MaxMessage - 10, MaxMessage + 1);
        var blob = new List<byte>();
        Proto.AddBytes(blob, Proto.Payload, new byte[size]);
        var body = Sample.Frame([.. blob]);
        builder.Headers(stream, sample);
        builder.Case.Due[stream] = size > MaxMessage ? Due.Status(GrpcStatusCode.ResourceExhausted) : s_ok;
        if (builder.Random.Next(3) == 0)
        {
            builder.Case.Due[stream] = Due.Status(
                size > MaxMessage ? GrpcStatusCode.ResourceExhausted : GrpcStatusCode.Internal);
            body = body[..builder.Random.Next(Sample.HeaderLength, body.Length)];
        }

        builder.Do(StepKind.SendBody, stream, body);
    }

    /// <summary>SETTINGS_MAX_CONCURRENT_STREAMS is 100: what is above is refused, what is below is answered.</summary>
    private static void TooManyStreams(CaseBuilder builder)
    {
        builder.Hello();
        var streams = new List<uint>();
        for (var i = builder.Random.Next(50, 150); i > 0; i--)
        {
            var sample = Sample.Valid(builder.Random);
            var stream = builder.NewStream();
            builder.Add(Http2.Headers, Http2.EndHeaders, stream, Fields.Encode(sample.Fields));
            streams.Add(stream);
        }

        builder.MaybeSend();
        foreach (var stream in streams)
        {
            builder.Add(Http2.Data, Http2.EndStream, stream, []);
            builder.Case.Due[stream] = Due.Status(GrpcStatusCode.Ok, GrpcStatusCode.Internal).OrReset();
        }

        builder.Case.MayClose = true;
    }

    private static void Flood(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        var stream = builder.NewStream();
        builder.Headers(stream, sample);
        var kind = builder.Random.Next(4);
        for (var i = builder.Random.Next(100, 3_000); i > 0; i--)
        {
            switch (kind)
            {
                case 0:
                    builder.Add(Http2.Ping, 0, 0, new byte[8]);
                    break;
                case 1:
                    builder.Add(Http2.Data, 0, stream, []);
                    break;
                case 2:
                    builder.Add(Http2.Priority, 0, stream, [0, 0, 0, 0, 1]);
                    break;
                default:
                    builder.Add(Http2.WindowUpdate, 0, 0, 0x7FFF_FFFF - 0x7FFF_0000);
                    break;
            }
        }

        builder.Body(stream, sample.Body, end: true);
        builder.Case.Due[stream] = kind == 3 ? Due.Lenient : s_ok;
        builder.Case.MayClose = true;
    }
}
