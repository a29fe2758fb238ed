using Appliance.Grpc.Tests.Robustness.Cases;
using Appliance.Grpc.Tests.Robustness.Wire;

namespace Appliance.Grpc.Tests.Robustness.Damage;

/// <summary>Connections that break at any byte, carry damaged bytes, or do not speak HTTP/2 at all.</summary>
internal static class ConnectionDamage
{
    public static IEnumerable<Family> Families { get; } =
    [
        new("connection cut at a byte", 12, true, Cut),
        new("connection cut within an answer", 3, true, CutWithinAnswer),
        new("connection left half open", 1, true, HalfOpen),
        new("bytes of a connection damaged", 10, true, Damaged),
        new("no HTTP/2", 2, true, NotHttp2),
    ];

    private static byte[] Exchange(CaseBuilder builder, int calls)
    {
        builder.Hello();
        for (; calls > 0; calls--)
        {
            var sample = Sample.Valid(builder.Random);
            var stream = builder.NewStream();
            builder.Add(Http2.Headers, Http2.EndHeaders, stream, Fields.Encode(sample.Fields));
            var body = sample.Body;
            builder.Add(Http2.Data, Http2.EndStream, stream, body.AsSpan(0, Math.Min(body.Length, 16_000)));
        }

        byte[] exchange = [.. builder.Unsent];
        builder.Unsent.Clear();
        return exchange;
    }

    private static void Cut(CaseBuilder builder)
    {
        var exchange = Exchange(builder, 1);
        builder.Add(exchange.AsSpan(0, builder.Random.Next(exchange.Length + 1)));
        End(builder);
    }

    private static void CutWithinAnswer(CaseBuilder builder)
    {
        builder.Hello();
        var stream = builder.Request(Sample.Download(20, 60_000), Due.Any);
        builder.Case.Due.Remove(stream);
        builder.Do(StepKind.AwaitHeaders, stream);
        End(builder);
    }

    /// <summary>The server ends what its client has ended; what the client has broken, nobody sees.</summary>
    private static void End(CaseBuilder builder)
    {
        if (builder.Random.Next(2) == 0)
        {
            builder.Do(StepKind.Finish);
            builder.Case.MustClose = true;
        }
        else
        {
            builder.Do(StepKind.Abort);
        }
    }

    private static void HalfOpen(CaseBuilder builder)
    {
        var exchange = Exchange(builder, 1);
        builder.Add(exchange.AsSpan(0, builder.Random.Next(exchange.Length + 1)));
        builder.Do(StepKind.Park);
    }

    private static void Damaged(CaseBuilder builder)
    {
        var exchange = Exchange(builder, builder.Random.Next(1, 4));
        var after = builder.Random.Next(4) == 0 ? 0 : Http2.Preface.Length;
        for (var i = builder.Random.Next(1, 6); i > 0; i--)
        {
            if (builder.Random.Next(3) == 0)
            {
                exchange = [.. exchange[..after], .. MessageDamage.Splice(builder.Random, exchange[after..])];
            }
            else if (exchange.Length > after)
            {
                exchange[builder.Random.Next(after, exchange.Length)] = (byte)builder.Random.Next(256);
            }
        }

        // A length that was damaged lets the server wait for more, rightly: the end of the connection ends that.
        builder.Add(exchange);
        builder.Do(StepKind.Finish);
        builder.Case.MustClose = true;
        builder.Case.IsUnreadable = true;
    }

    private static void NotHttp2(CaseBuilder builder)
    {
        switch (builder.Random.Next(4))
        {
            case 0:
                builder.Add("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
                break;
            case 1: // a TLS ClientHello
                builder.Add([0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3, .. Proto.Noise(builder.Random, 500)]);
                break;
            case 2:
                builder.Add(Proto.Noise(builder.Random, builder.Random.Next(1, 200)));
                break;
            default: // no settings after the preface
                builder.Add([.. Http2.Preface, .. Http2.Frame(Http2.Ping, 0, 0, new byte[8])]);
                break;
        }

        builder.Do(StepKind.Finish);
        builder.Case.MustClose = true;
    }
}
