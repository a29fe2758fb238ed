using System.Globalization;
using System.Text;

namespace Appliance.Factors.Notifying.Smtp;

/// <summary>Command lines out, replies in. Whatever a server sends is bounded.</summary>
internal sealed class SmtpStream(Stream stream) : IAsyncDisposable
{
    /// <summary>RFC 5321 section 4.5.3.1.5 asks for 512; servers are chatty.</summary>
    private const int LongestLine = 2_048;

    private const int MostLines = 128;

    private readonly byte[] _buffer = new byte[4_096];
    private int _start;
    private int _end;

    public Stream Stream => stream;

    /// <summary>
    /// True when the server has sent more than was asked for: after STARTTLS that is somebody's injection, not the
    /// server's (CVE-2011-0411).
    /// </summary>
    public bool HasRest => _start < _end;

    public async Task<SmtpReply> AskAsync(string command, CancellationToken cancellationToken)
    {
        if (command.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
        {
            throw new SmtpProtocolException("command");
        }

        await WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"), cancellationToken).ConfigureAwait(false);
        return await ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<SmtpReply> ReadAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var code = 0;
        while (lines.Count < MostLines)
        {
            var line = await ReadLineAsync(cancellationToken).ConfigureAwait(false);
            if (line.Length < 3
                || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var here)
                || here is < 200 or > 599
                || (lines.Count > 0 && here != code)
                || (line.Length > 3 && line[3] is not (' ' or '-')))
            {
                throw new SmtpProtocolException("smtp-reply");
            }

            code = here;
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] == ' ')
            {
                return new SmtpReply(code, lines);
            }
        }

        throw new SmtpProtocolException("smtp-reply");
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (line.Length <= LongestLine)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = await stream.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
                if (_end == 0)
                {
                    throw new SmtpProtocolException("connection");
                }
            }

            var next = (char)_buffer[_start++];
            if (next == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append(next);
        }

        throw new SmtpProtocolException("smtp-reply");
    }
}
