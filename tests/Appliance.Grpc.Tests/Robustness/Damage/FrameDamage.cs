using System.Buffers.Binary;
using Appliance.Grpc.Tests.Robustness.Cases;
using Appliance.Grpc.Tests.Robustness.Wire;

namespace Appliance.Grpc.Tests.Robustness.Damage;

/// <summary>HTTP/2 frames that are wrong, out of place, or only strange.</summary>
internal static class FrameDamage
{
    private const byte FirstUnknown = 0x20;

    private static readonly Due s_ok = Due.Status(GrpcStatusCode.Ok);

    public static IEnumerable<Family> Families { get; } =
    [
        new("frames unknown and without effect", 4, true, WithoutEffect),
        new("frame on a stream that is not open", 4, true, NotOpen),
        new("frame of a wrong size or place", 4, true, Wrong),
        new("settings", 2, true, Settings),
        new("padding", 2, true, Padding),
        new("continuation", 4, true, Continuation),
        new("header block damaged", 4, true, Block),
        new("request trailers", 2, true, Trailers),
        new("client says GOAWAY", 2, true, GoAway),
    ];

    /// <summary>What a server must ignore (RFC 9113, sections 4.1, 5.5, 6.3, 6.7): the call goes well.</summary>
    private static void WithoutEffect(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        var stream = builder.NewStream();
        builder.Case.Due[stream] = s_ok;
        Strange(builder, stream);
        builder.Headers(stream, sample);
        Strange(builder, stream);
        builder.Body(stream, sample.Body, end: false);
        Strange(builder, stream);
        builder.Data(stream, [], end: true);
        Strange(builder, stream);
    }

    private static void Strange(CaseBuilder builder, uint stream)
    {
        for (var i = builder.Random.Next(4); i > 0; i--)
        {
            switch (builder.Random.Next(4))
            {
                case 0:
                    builder.Add(Http2.Priority, 0, stream, [0, 0, 0, 0, (byte)builder.Random.Next(256)]);
                    break;
                case 1:
                    builder.Add(
                        (byte)builder.Random.Next(FirstUnknown, 256),
                        builder.Random.Next(256),
                        builder.OneOf(0u, stream, stream + 2),
                        Proto.Noise(builder.Random, builder.Random.Next(40)));
                    break;
                case 2:
                    builder.Add(Http2.Ping, 0, 0, Proto.Noise(builder.Random, 8));
                    break;
                default:
                    builder.Add(Http2.Setting(builder.Random.Next(0x100, 0x1000), 7));
                    break;
            }
        }
    }

    private static void NotOpen(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        builder.Case.MayClose = true;
        switch (builder.Random.Next(6))
        {
            case 0: // never opened
                builder.Data(builder.OneOf(1u, 2u, 99u), sample.Body, end: true);
                builder.Case.MustClose = true;
                break;
            case 1: // half closed
                builder.Data(builder.Request(sample, Due.Lenient), [0], end: false);
                break;
            case 2: // closed
                var closed = builder.Request(sample, Due.Lenient);
                builder.Do(StepKind.AwaitEnd, closed);
                builder.Data(closed, sample.Body, end: true);
                break;
            case 3: // again
                var again = builder.Request(sample, Due.Lenient);
                builder.Headers(again, sample, end: true);
                break;
            case 4: // the server's, or none
                builder.Headers(builder.OneOf(0u, 2u, 100u), sample, end: true);
                builder.Case.MustClose = true;
                break;
            default: // backwards
                builder.Headers(9, sample);
                builder.Headers(builder.OneOf(1u, 3u, 7u), sample, end: true);
                builder.Case.MustClose = true;
                break;
        }
    }

    private static void Wrong(CaseBuilder builder)
    {
        builder.Hello();
        var (type, most) = builder.OneOf(
            (Http2.Priority, 5), (Http2.Reset, 4), (Http2.Ping, 8), (Http2.GoAway, 8), (Http2.WindowUpdate, 4));
        var stream = builder.NewStream();
        switch (builder.Random.Next(4))
        {
            case 0:
                var size = builder.Random.Next(most);
                builder.Add(type, 0, type is Http2.Ping or Http2.GoAway ? 0 : stream, new byte[size]);
                break;
            case 1:
                builder.Add(Http2.PushPromise, Http2.EndHeaders, stream, [0, 0, 0, 2, 0x82]);
                break;
            case 2:
                builder.Add(builder.OneOf(Http2.Ping, Http2.Settings, Http2.GoAway), 0, stream, new byte[most]);
                break;
            default: // larger than SETTINGS_MAX_FRAME_SIZE
                var large = Http2.Frame(builder.OneOf(Http2.Data, Http2.Headers, Http2.Settings, (byte)99), 0, 0, []);
                BinaryPrimitives.WriteUInt32BigEndian(
                    large, (uint)builder.Random.Next(16_385, 1 << 24) << 8 | large[3]);
                builder.Add(large);
                break;
        }

        builder.Case.MustClose = true;
    }

    private static void Settings(CaseBuilder builder)
    {
        builder.Hello();
        var value = (uint)builder.Random.NextInt64(uint.MaxValue);
        switch (builder.Random.Next(5))
        {
            case 0: // of a size that is no multiple of six
                builder.Add(Http2.Settings, 0, 0, new byte[builder.Random.Next(1, 6)]);
                builder.Case.MustClose = true;
                break;
            case 1: // an acknowledgement with content
                builder.Add(Http2.Settings, Http2.Ack, 0, new byte[6]);
                builder.Case.MustClose = true;
                break;
            case 2: // values that are not allowed: ENABLE_PUSH, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE
                var (name, bad) = builder.OneOf((2, 2u), (Http2.InitialWindowSize, 1u << 31), (5, 0u), (5, 1u << 24));
                builder.Add(Http2.Setting(name, bad));
                builder.Case.MustClose = true;
                break;
            case 3: // many
                for (var i = builder.Random.Next(1, 500); i > 0; i--)
                {
                    builder.Add(Http2.Setting(builder.Random.Next(10, 100), value));
                }

                builder.Request(Sample.Valid(builder.Random), Due.Lenient);
                builder.Case.MayClose = true;
                break;
            default: // the window up and down while an answer comes
                builder.Request(Sample.Download(20, 20_000), s_ok);
                for (var i = builder.Random.Next(20); i > 0; i--)
                {
                    builder.Add(Http2.Setting(Http2.InitialWindowSize, (uint)builder.Random.Next(1 << 20)));
                    builder.MaybeSend();
                }

                builder.Add(Http2.Setting(Http2.InitialWindowSize, int.MaxValue));
                break;
        }
    }

    private static void Padding(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        var stream = builder.NewStream();
        var block = Fields.Encode(sample.Fields);
        if (builder.Random.Next(2) == 0)
        {
            var padding = (byte)builder.Random.Next(256);
            builder.Case.Due[stream] = s_ok;
            builder.Add(
                Http2.Headers,
                Http2.EndHeaders | Http2.Padded | Http2.HasPriority,
                stream,
                [padding, 0, 0, 0, 0, 9, .. block, .. new byte[padding]]);
            builder.Body(stream, sample.Body, end: true);
            return;
        }

        // More padding than there is.
        builder.Headers(stream, sample);
        var type = builder.OneOf(Http2.Data, Http2.Headers);
        builder.Add(type, Http2.Padded | Http2.EndHeaders, stream, [200, .. new byte[builder.Random.Next(200)]]);
        builder.Case.MustClose = true;
    }

    private static void Continuation(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        var stream = builder.NewStream();
        var block = Fields.Encode(sample.Fields);
        switch (builder.Random.Next(5))
        {
            case 0: // in pieces, down to single bytes
                builder.Case.Due[stream] = s_ok;
                HeaderBlocks.Add(builder, stream, block, builder.Random.Next(1, block.Length));
                builder.Body(stream, sample.Body, end: true);
                break;
            case 1: // something between them
                builder.Add(Http2.Headers, 0, stream, block);
                builder.Add(
                    builder.OneOf(Http2.Data, Http2.Ping, Http2.Priority, Http2.WindowUpdate, (byte)99),
                    0,
                    0,
                    new byte[8]);
                builder.Case.MustClose = true;
                break;
            case 2: // of another stream, or of none
                builder.Add(Http2.Headers, builder.OneOf(0, (int)Http2.EndHeaders), stream, block);
                builder.Add(Http2.Continuation, Http2.EndHeaders, builder.OneOf(0u, 3u), block);
                builder.Case.MustClose = true;
                break;
            case 3: // without an end, and empty
                builder.Add(Http2.Headers, 0, stream, block);
                for (var i = builder.Random.Next(1, 2_000); i > 0; i--)
                {
                    builder.Add(Http2.Continuation, 0, stream, []);
                }

                builder.Do(StepKind.Finish);
                builder.Case.MustClose = true;
                break;
            default: // without an end, and full
                builder.Add(Http2.Headers, 0, stream, block);
                for (var i = 0; i < 60; i++)
                {
                    builder.Add(Http2.Continuation, 0, stream, Fields.Encode([("x", new string('x', 8_000))]));
                }

                builder.Do(StepKind.Finish);
                builder.Case.MustClose = true;
                break;
        }
    }

    private static void Block(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        var stream = builder.NewStream();
        var block = new List<byte>(Fields.Encode(sample.Fields));
        switch (builder.Random.Next(6))
        {
            case 0: // cut off
                block = block[..builder.Random.Next(block.Count)];
                break;
            case 1: // an index that is in no table
                Fields.AddInteger(block, 0x80, 7, builder.OneOf(0, 62, 5_000, int.MaxValue, 1L << 40));
                break;
            case 2: // a table larger than allowed
                block = [];
                Fields.AddInteger(block, 0x20, 5, builder.OneOf(5_000, int.MaxValue, 1L << 40));
                break;
            case 3: // a Huffman string that is none
                block.AddRange([0, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 1, (byte)'x']);
                break;
            case 4: // a number without an end
                block.AddRange([0x7F, .. Enumerable.Repeat((byte)0xFF, builder.Random.Next(1, 20))]);
                break;
            default:
                var at = builder.Random.Next(block.Count);
                block[at] ^= (byte)(1 << builder.Random.Next(8));
                break;
        }

        builder.Add(Http2.Headers, Http2.EndHeaders, stream, [.. block]);
        builder.Body(stream, sample.Body, end: true);
        builder.Case.Due[stream] = Due.Lenient;
        builder.Case.MayClose = true;
    }

    private static void Trailers(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        var stream = builder.NewStream();
        builder.Headers(stream, sample);
        builder.Body(stream, sample.Body, end: false);
        var (trailer, end) = builder.OneOf(
            (("x-trailer", "x"), true),
            ((":path", "/"), true),
            (("x-trailer", "x"), false),
            (("connection", "x"), true));
        builder.Add(
            Http2.Headers, Http2.EndHeaders | (end ? Http2.EndStream : 0), stream, Fields.Encode([trailer]));
        var allowed = trailer.Item1 == "x-trailer" && end;
        builder.Case.Due[stream] = allowed ? s_ok : Due.Lenient;
        builder.Case.MustClose = !allowed;
    }

    private static void GoAway(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        var stream = builder.NewStream();
        var at = builder.Random.Next(3);
        GoAway(builder, at == 0);
        builder.Headers(stream, sample);
        GoAway(builder, at == 1);
        builder.Body(stream, sample.Body, end: true);
        GoAway(builder, at == 2);

        // Whether a server still answers what is open is its choice; it closes when all is done.
        builder.Case.Due[stream] = s_ok;
        builder.Case.MayClose = true;
    }

    private static void GoAway(CaseBuilder builder, bool now)
    {
        if (now)
        {
            builder.Add(Http2.GoAway, 0, 0, [0, 0, 0, 0, 0, 0, 0, (byte)builder.Random.Next(14), .. "bye"u8]);
            builder.MaybeSend();
        }
    }
}
