using Appliance.Grpc.Tests.Robustness.Cases;
using Appliance.Grpc.Tests.Robustness.Wire;

namespace Appliance.Grpc.Tests.Robustness.Damage;

/// <summary>Streams that their client resets: before, within and after everything.</summary>
internal static class ResetDamage
{
    /// <summary>As many streams as Kestrel takes at a time; it keeps up with the resets of so many.</summary>
    private const int MostStreams = 100;

    public static IEnumerable<Family> Families { get; } =
    [
        new("reset within the request", 10, false, WithinRequest),
        new("reset after the request", 6, false, AfterRequest),
        new("reset when the answer has begun", 4, false, WithinAnswer),
        new("reset after the answer", 2, false, AfterAnswer),
        new("reset, and more frames after it", 4, true, ThenMore),
        new("reset of a stream that is none", 1, true, OfNone),
        new("many streams opened and reset", 1, true, Many),
    ];

    private static uint AnyCode(CaseBuilder builder) => builder.OneOf(
        Http2.NoError, 1u, 2u, 5u, 7u, Http2.Cancel, Http2.Cancel, Http2.EnhanceYourCalm, 99u, uint.MaxValue);

    private static void Reset(CaseBuilder builder, uint stream)
        => builder.Add(Http2.Reset, 0, stream, AnyCode(builder));

    private static void WithinRequest(CaseBuilder builder)
    {
        var sample = Sample.Valid(builder.Random);
        var stream = builder.NewStream();
        var body = sample.Body;
        builder.Headers(stream, sample);
        if (builder.Random.Next(4) != 0)
        {
            builder.Body(stream, body.AsSpan(0, builder.Random.Next(body.Length + 1)), end: false);
        }

        builder.MaybeSend();
        if (builder.Random.Next(4) == 0)
        {
            builder.Do(StepKind.AwaitSeen);
        }

        Reset(builder, stream);
    }

    private static void AfterRequest(CaseBuilder builder)
    {
        var stream = builder.Request(Any(builder), Due.Any);
        builder.Case.Due.Remove(stream);
        builder.MaybeSend();
        Reset(builder, stream);
    }

    private static void WithinAnswer(CaseBuilder builder)
    {
        var stream = builder.Request(Sample.Download(20, 60_000), Due.Any);
        builder.Case.Due.Remove(stream);
        builder.Do(StepKind.AwaitHeaders, stream);
        Reset(builder, stream);
    }

    private static void AfterAnswer(CaseBuilder builder)
    {
        var stream = builder.Request(Sample.Valid(builder.Random), Due.Status(GrpcStatusCode.Ok));
        builder.Do(StepKind.AwaitEnd, stream);
        Reset(builder, stream);
    }

    /// <summary>Allowed for a while: the client may not know yet. Later it is an error of the connection.</summary>
    private static void ThenMore(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        var stream = builder.NewStream();
        builder.Headers(stream, sample, end: builder.Random.Next(4) == 0);
        Reset(builder, stream);
        builder.MaybeSend();
        switch (builder.Random.Next(5))
        {
            case 0:
                builder.Body(stream, sample.Body, end: true);
                break;
            case 1:
                builder.Headers(stream, sample, end: true);
                break;
            case 2:
                builder.Add(Http2.WindowUpdate, 0, stream, 1);
                break;
            case 3:
                Reset(builder, stream);
                break;
            default:
                builder.Add(Http2.Priority, 0, stream, [0, 0, 0, 0, 1]);
                break;
        }

        builder.Case.MayClose = true;
    }

    private static void OfNone(CaseBuilder builder)
    {
        builder.Hello();
        Reset(builder, builder.OneOf<uint>(0, 1, 2, 7, int.MaxValue));
        builder.Case.MustClose = true;
    }

    /// <summary>The handlers of reset streams may still run when the next come.</summary>
    private static void Many(CaseBuilder builder)
    {
        builder.Hello();
        OpenAndReset(builder, builder.Random.Next(2, MostStreams));
    }

    /// <summary>Opens streams and resets each at once. More than Kestrel keeps up with end the connection.</summary>
    public static void OpenAndReset(CaseBuilder builder, int count)
    {
        for (; count > 0; count--)
        {
            var stream = builder.NewStream();
            var sample = Sample.Valid(builder.Random);
            builder.Add(Http2.Headers, Http2.EndHeaders, stream, Fields.Encode(sample.Fields));
            Reset(builder, stream);
        }

        builder.Case.MayClose = true;
    }

    private static Sample Any(CaseBuilder builder)
        => builder.Random.Next(2) == 0 ? Sample.Valid(builder.Random) : Sample.Download(5, 10_000);
}
