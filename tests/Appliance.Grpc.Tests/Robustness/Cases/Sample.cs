using System.Buffers.Binary;
using System.IO.Compression;

namespace Appliance.Grpc.Tests.Robustness.Cases;

/// <summary>A valid call of one of the four shapes, for the damage to start from.</summary>
internal sealed class Sample
{
    public const int HeaderLength = 5;

    private const string Service = "/appliance.targets.Targets/";
    private const int MostMessages = 4;

    private static readonly string[] s_methods = ["Unary", "Download", "Upload", "Exchange"];

    private Sample(int shape, List<byte[]> messages, bool gzip)
    {
        StreamsRequests = shape >= 2;
        Messages = messages;
        Fields =
        [
            (":method", "POST"), (":scheme", "http"), (":path", Service + s_methods[shape]),
            (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers"),
            ("grpc-accept-encoding", "identity,deflate,gzip"),
        ];
        if (gzip)
        {
            Fields.Add(("grpc-encoding", "gzip"));
        }
    }

    public bool StreamsRequests { get; }

    public List<(string Name, string Value)> Fields { get; }

    /// <summary>With their headers.</summary>
    public List<byte[]> Messages { get; }

    public byte[] Body => [.. Messages.SelectMany(message => message)];

    /// <summary>Any call that is answered OK.</summary>
    public static Sample Valid(Random random) => Of(random, random.Next(s_methods.Length), random.Next(4) == 0);

    /// <summary>At least one message, none compressed.</summary>
    public static Sample Plain(Random random)
    {
        var sample = Of(random, random.Next(s_methods.Length), gzip: false);
        if (sample.Messages.Count == 0)
        {
            sample.Messages.Add(Frame(Proto.Blob(random)));
        }

        return sample;
    }

    public static Sample Streaming(Random random) => Of(random, random.Next(2, s_methods.Length), gzip: false);

    public static Sample Single(Random random) => Of(random, random.Next(2), gzip: false);

    /// <summary>A call that is answered with so many messages of such a size.</summary>
    public static Sample Download(int count, int size)
    {
        var request = new List<byte>();
        Proto.AddNumber(request, Proto.Count, (ulong)count);
        Proto.AddNumber(request, Proto.Size, (ulong)size);
        return new Sample(1, [Frame([.. request])], gzip: false);
    }

    public static Sample Exchange(Random random)
        => new(3, [Frame(Proto.Blob(random)), Frame(Proto.Blob(random))], gzip: false);

    public static byte[] Frame(byte[] payload, byte flag = 0)
    {
        var frame = new byte[HeaderLength + payload.Length];
        frame[0] = flag;
        SetLength(frame, (uint)payload.Length);
        payload.CopyTo(frame, HeaderLength);
        return frame;
    }

    public static void SetLength(byte[] frame, uint length)
        => BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), length);

    public static byte[] Gzip(ReadOnlySpan<byte> bytes)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(bytes);
        }

        return zipped.ToArray();
    }

    /// <summary>Replaces a header, or adds it.</summary>
    public void Set(string name, string value)
    {
        var index = Fields.FindIndex(field => field.Name == name);
        if (index < 0)
        {
            Fields.Add((name, value));
        }
        else
        {
            Fields[index] = (name, value);
        }
    }

    private static Sample Of(Random random, int shape, bool gzip)
    {
        var messages = new List<byte[]>();
        for (var i = shape < 2 ? 1 : random.Next(MostMessages + 1); i > 0; i--)
        {
            var blob = Proto.Blob(random);
            messages.Add(gzip && random.Next(2) == 0 ? Frame(Gzip(blob), 1) : Frame(blob));
        }

        return new Sample(shape, messages, gzip);
    }
}
