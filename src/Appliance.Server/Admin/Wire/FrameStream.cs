using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Appliance.Server.Admin.Wire;

/// <summary>
/// Frames over a Unix socket: kind (1 byte), length (4 bytes, big-endian), payload. One reads at a time; anybody
/// writes. Writing blocks while the other end does not read, for as long as the socket allows.
/// </summary>
internal sealed class FrameStream : IDisposable
{
    /// <summary>The largest frame from a server; longer output comes in several.</summary>
    public const int LargestAnswer = 4 * 1024 * 1024;

    private const int HeaderLength = 5;
    private static readonly TimeSpan s_writeTimeout = TimeSpan.FromSeconds(30);

    private readonly NetworkStream _stream;
    private readonly Lock _writing = new();
    private readonly byte[] _header = new byte[HeaderLength];

    public FrameStream(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true)
        {
            WriteTimeout = (int)s_writeTimeout.TotalMilliseconds,
        };
    }

    /// <summary>The next frame; null when the other end has closed.</summary>
    /// <param name="largest">Its largest payload; called when the header is there, so that it may depend on it.</param>
    /// <param name="cancellationToken">Gives up; the stream is of no use after that.</param>
    /// <exception cref="AdminProtocolException">It is larger, of no known kind, or cut off.</exception>
    public async Task<Frame?> ReadAsync(Func<FrameKind, int> largest, CancellationToken cancellationToken)
    {
        try
        {
            if (await _stream.ReadAtLeastAsync(_header, 1, throwOnEndOfStream: false, cancellationToken)
                is var got && got == 0)
            {
                return null;
            }

            await _stream.ReadExactlyAsync(_header.AsMemory(got), cancellationToken);
            var kind = (FrameKind)_header[0];
            var length = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(1));
            if (!Enum.IsDefined(kind) || length > (uint)largest(kind))
            {
                throw new AdminProtocolException(
                    FormattableString.Invariant($"A frame of kind {(int)kind} with {length} bytes is not expected."));
            }

            var payload = new byte[length];
            await _stream.ReadExactlyAsync(payload, cancellationToken);
            return new Frame(kind, payload);
        }
        catch (EndOfStreamException)
        {
            throw new AdminProtocolException("The connection ended within a frame.");
        }
        catch (IOException error) when (
            error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return null;
        }
    }

    /// <summary>Sends a frame.</summary>
    /// <exception cref="IOException">The other end is gone, or has not read for 30 s.</exception>
    public void Write(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        header[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], payload.Length);
        lock (_writing)
        {
            _stream.Write(header);
            _stream.Write(payload);
        }
    }

    public void Write(FrameKind kind, string text) => Write(kind, Encoding.UTF8.GetBytes(text));

    public void Write<T>(FrameKind kind, T document, JsonTypeInfo<T> type)
        => Write(kind, JsonSerializer.SerializeToUtf8Bytes(document, type));

    public void Dispose() => _stream.Dispose();
}
