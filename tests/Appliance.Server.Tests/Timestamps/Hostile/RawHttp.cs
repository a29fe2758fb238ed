using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Appliance.Server.Tests.Timestamps.Hostile;

/// <summary>HTTP/1.1 octet by octet over a connection of its own.</summary>
internal sealed class RawHttp : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly List<byte> _read = [];
    private NetworkStream _stream = null!;

    public static async Task<RawHttp> ConnectAsync(Uri address)
    {
        var wire = new RawHttp();
        await wire._client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        wire._stream = wire._client.GetStream();
        return wire;
    }

    /// <summary>Head and body of a POST; the head's lines are parted by new lines.</summary>
    public static byte[] Post(string path, string lines, byte[] body)
    {
        var head = $"POST {path} HTTP/1.1\nHost: tsa\n{lines}\n\n".Replace("\n", "\r\n", StringComparison.Ordinal);
        return [.. Encoding.Latin1.GetBytes(head), .. body];
    }

    /// <summary>The usual one, with its length.</summary>
    public static byte[] Post(string path, byte[] body) => Post(
        path,
        string.Create(
            CultureInfo.InvariantCulture, $"Content-Type: application/timestamp-query\nContent-Length: {body.Length}"),
        body);

    public async Task SendAsync(params byte[] octets)
        => await _stream.WriteAsync(octets, TestContext.Current.CancellationToken);

    /// <summary>The next answer: status, head and body. 0 when the connection ends before it.</summary>
    public async Task<(int Status, string Head, byte[] Body)> ReadAsync(bool hasBody = true)
    {
        int end;
        while ((end = IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!await FillAsync())
            {
                return (0, "", []);
            }
        }

        var head = Encoding.Latin1.GetString([.. _read[..end]]);
        _read.RemoveRange(0, end + 4);
        const string Name = "\r\nContent-Length: ";
        var place = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        var length = place < 0 || !hasBody
            ? 0
            : int.Parse(head[(place + Name.Length)..].Split('\r')[0], CultureInfo.InvariantCulture);
        while (_read.Count < length)
        {
            Assert.True(await FillAsync(), head);
        }

        var body = _read[..length].ToArray();
        _read.RemoveRange(0, length);
        return (int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), head, body);
    }

    public void Dispose() => _client.Dispose();

    private int IndexOf(ReadOnlySpan<byte> sought) => _read.ToArray().AsSpan().IndexOf(sought);

    private async Task<bool> FillAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            var count = await _stream.ReadAsync(buffer, TestContext.Current.CancellationToken);
            _read.AddRange(buffer.AsSpan(0, count));
            return count > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
