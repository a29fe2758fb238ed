using System.Buffers.Binary;
using System.Globalization;

namespace Appliance.Grpc.Tests.Robustness.Wire;

/// <summary>What came back on one stream, and whether it came in HTTP/2's and gRPC's order.</summary>
internal sealed class Answer
{
    private const int MessageHeader = 5;

    private readonly byte[] _header = new byte[MessageHeader];
    private int _headerFilled;
    private long _messageLeft;

    /// <summary>The first header block; null until it came.</summary>
    public List<(string Name, string Value)>? Headers { get; private set; }

    /// <summary>The header block after the messages; null when the first block was the only one.</summary>
    public List<(string Name, string Value)>? Trailers { get; private set; }

    /// <summary>Whole messages.</summary>
    public int Messages { get; private set; }

    /// <summary>END_STREAM came.</summary>
    public bool Ended { get; private set; }

    /// <summary>The code of RST_STREAM; null when none came.</summary>
    public uint? ResetCode { get; private set; }

    /// <summary>The first rule that the answer broke; null for none.</summary>
    public string? Violation { get; private set; }

    public bool IsOver => Ended || ResetCode is not null;

    public int Http
        => int.TryParse(Value(Headers, ":status"), CultureInfo.InvariantCulture, out var status) ? status : 0;

    /// <summary>grpc-status, where it must stand, when it is there exactly once and a number from 0 to 16.</summary>
    public int? Status
    {
        get
        {
            var all = (Headers ?? []).Concat(Trailers ?? []).Where(entry => entry.Name == "grpc-status").ToList();
            return all.Count == 1 && Value(Trailers ?? Headers, "grpc-status") is { Length: 1 or 2 } text
                && int.TryParse(text, CultureInfo.InvariantCulture, out var status)
                && status is >= 0 and <= 16 ? status : null;
        }
    }

    public static string? Value(List<(string Name, string Value)>? fields, string name)
        => fields?.Find(field => field.Name == name).Value;

    public void TakeHeaders(ReadOnlySpan<byte> block, bool end)
    {
        Require(!Ended, "a header block after the end of the stream");
        Require(Headers is null || end, "a second header block that does not end the stream");
        try
        {
            var fields = Fields.Decode(block);
            if (Headers is null)
            {
                Headers = fields;
            }
            else
            {
                Trailers = fields;
            }
        }
        catch (FormatException exception)
        {
            Require(false, exception.Message);
        }

        End(end);
    }

    public void TakeData(ReadOnlySpan<byte> data, bool end)
    {
        Require(!Ended, "data after the end of the stream");
        Require(Headers is not null, "data before headers");
        if (Http == 200)
        {
            TakeMessages(data);
        }

        End(end);
    }

    public void TakeReset(uint code) => ResetCode ??= code;

    private void TakeMessages(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (_messageLeft > 0)
            {
                var taken = (int)Math.Min(_messageLeft, data.Length);
                data = data[taken..];
                _messageLeft -= taken;
                Messages += _messageLeft == 0 ? 1 : 0;
                continue;
            }

            _header[_headerFilled++] = data[0];
            data = data[1..];
            if (_headerFilled == MessageHeader)
            {
                _headerFilled = 0;
                _messageLeft = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(1));
                Messages += _messageLeft == 0 ? 1 : 0;
                Require(
                    _header[0] == 0 || (_header[0] == 1 && Value(Headers, "grpc-encoding") == "gzip"),
                    $"a message with flag {_header[0]}");
            }
        }
    }

    private void End(bool end)
    {
        if (!end)
        {
            return;
        }

        Ended = true;
        Require(_messageLeft == 0 && _headerFilled == 0, "an end within a message");
    }

    private void Require(bool kept, string violation)
    {
        if (!kept)
        {
            Violation ??= violation;
        }
    }
}
