using Appliance.Grpc.Tests.Robustness.Wire;

namespace Appliance.Grpc.Tests.Robustness.Cases;

/// <summary>Writes a case, frame by frame. All that varies is the generator's: same seed, same case.</summary>
internal sealed class CaseBuilder(Random random, uint firstStream)
{
    private const int MostCuts = 6;
    private const int MostPadding = 20;

    private readonly FuzzCase _case = new() { NextStream = firstStream };
    private readonly List<byte> _bytes = [];

    public Random Random => random;

    public FuzzCase Case => _case;

    /// <summary>What is written and not sent.</summary>
    public List<byte> Unsent => _bytes;

    public uint NewStream()
    {
        var stream = _case.NextStream;
        _case.NextStream += 2;
        return stream;
    }

    /// <summary>For cases on connections of their own: what the connection begins with.</summary>
    public void Hello() => Add(Http2.Hello());

    public void Add(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public void Add(byte type, int flags, uint stream, ReadOnlySpan<byte> payload)
        => Add(Http2.Frame(type, flags, stream, payload));

    public void Add(byte type, int flags, uint stream, uint number) => Add(Http2.Frame(type, flags, stream, number));

    /// <summary>Sends what is written.</summary>
    public void Send()
    {
        if (_bytes.Count > 0)
        {
            _case.Steps.Add(new Step(StepKind.Send, [.. _bytes], 0));
            _bytes.Clear();
        }
    }

    public void Do(StepKind kind, uint stream = 0, byte[]? bytes = null)
    {
        Send();
        _case.Steps.Add(new Step(kind, bytes ?? [], stream));
    }

    /// <summary>A whole request on a stream of its own, its body cut into frames and sendings anyhow.</summary>
    public uint Request(Sample sample, byte[] body, Due due)
    {
        var stream = NewStream();
        _case.Due[stream] = due;
        var empty = body.Length == 0 && random.Next(2) == 0;
        Headers(stream, sample, empty);
        if (!empty)
        {
            Body(stream, body, end: true);
        }

        return stream;
    }

    public uint Request(Sample sample, Due due) => Request(sample, sample.Body, due);

    public void Headers(uint stream, Sample sample, bool end = false)
    {
        Add(Http2.Headers, Http2.EndHeaders | (end ? Http2.EndStream : 0), stream, Fields.Encode(sample.Fields));
        MaybeSend();
    }

    /// <summary>DATA frames, some empty, some padded.</summary>
    public void Body(uint stream, ReadOnlySpan<byte> body, bool end)
    {
        var cuts = random.Next(2) == 0 ? 0 : random.Next(1, MostCuts);
        for (; cuts > 0; cuts--)
        {
            var size = random.Next(Math.Min(body.Length, 16_000) + 1);
            Data(stream, body[..size], end: false);
            body = body[size..];
            MaybeSend();
        }

        for (; body.Length > 16_000; body = body[16_000..])
        {
            Data(stream, body[..16_000], end: false);
        }

        Data(stream, body, end);
    }

    public void Data(uint stream, ReadOnlySpan<byte> data, bool end)
    {
        var flags = end ? Http2.EndStream : 0;
        if (random.Next(8) != 0)
        {
            Add(Http2.Data, flags, stream, data);
            return;
        }

        var padding = (byte)random.Next(MostPadding);
        Add(Http2.Data, flags | Http2.Padded, stream, [padding, .. data, .. new byte[padding]]);
    }

    /// <summary>Now and then the server gets what is written so far before the rest.</summary>
    public void MaybeSend()
    {
        if (random.Next(8) == 0)
        {
            Send();
        }
    }

    /// <summary>Any of some.</summary>
    public T OneOf<T>(params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];
}
