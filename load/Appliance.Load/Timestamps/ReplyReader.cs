using System.Buffers.Text;

namespace Appliance.Load.Timestamps;

/// <summary>Reads one answer of HTTP/1.1 after the other, as its bytes come: status, Content-Length, body.</summary>
internal sealed class ReplyReader
{
    private readonly byte[] _bytes = new byte[16 * 1024];
    private int _length;
    private int _bodyAt;
    private int _end;

    /// <summary>Where the next bytes go.</summary>
    public Span<byte> Free => _bytes.AsSpan(_length);

    public int Status { get; private set; }

    public ReadOnlySpan<byte> Body => _bytes.AsSpan(_bodyAt.._end);

    /// <summary>PKIStatusInfo begins with status granted, or granted with modifications.</summary>
    public bool IsGranted
        => Status == 200 && Body is [0x30, 0x82, _, _, 0x30, _, 0x02, 0x01, 0x00 or 0x01, ..];

    /// <summary>So many bytes more are there.</summary>
    /// <returns>True when the answer is whole; <see cref="Clear"/> before the next one.</returns>
    /// <exception cref="InvalidDataException">It is no such answer.</exception>
    public bool Advance(int count)
    {
        _length += count;
        if (_end == 0 && !TryReadHead())
        {
            return _length < _bytes.Length
                ? false
                : throw new InvalidDataException("The head of an answer never ends.");
        }

        return _end <= _bytes.Length
            ? _length >= _end
            : throw new InvalidDataException($"An answer of {_end} bytes is no time stamp.");
    }

    /// <summary>Forgets the answer. One request at a time is in flight: nothing can have come behind it.</summary>
    public void Clear() => (_length, _bodyAt, _end, Status) = (0, 0, 0, 0);

    private bool TryReadHead()
    {
        var head = _bytes.AsSpan(0, _length);
        var end = head.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        head = head[..end];
        var length = head.IndexOf("\r\nContent-Length: "u8);
        if (!head.StartsWith("HTTP/1.1 "u8)
            || !Utf8Parser.TryParse(head[9..], out int status, out _)
            || length < 0
            || !Utf8Parser.TryParse(head[(length + 18)..], out int body, out _))
        {
            throw new InvalidDataException("No answer of HTTP/1.1 with a Content-Length.");
        }

        Status = status;
        _bodyAt = end + 4;
        _end = _bodyAt + body;
        return true;
    }
}
