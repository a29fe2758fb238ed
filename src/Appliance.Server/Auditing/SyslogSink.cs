using System.Buffers;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Appliance.Ledger;

namespace Appliance.Server.Auditing;

/// <summary>
/// Syslog (RFC 5424): over TCP and TLS with octet counting (RFC 6587 3.4.1, RFC 5425 4.3), over UDP a datagram a
/// message (RFC 5426). TCP tells only that the other side's kernel has it, UDP nothing: see docs/operations.md.
/// </summary>
internal sealed class SyslogSink(Uri address) : IAuditSink
{
    private readonly string _host = Environment.MachineName;
    private TcpClient? _client;
    private Stream? _stream;

    public string Name => AuditSinkNames.Syslog;

    public async Task DeliverAsync(
        IReadOnlyList<AuditEntry> records, string node, CancellationToken cancellationToken)
    {
        if (address.Scheme == "udp")
        {
            using var socket = new UdpClient();
            foreach (var record in records)
            {
                await socket.SendAsync(
                    AuditLine.Syslog(record, node, _host), address.IdnHost, address.Port, cancellationToken);
            }

            return;
        }

        try
        {
            var stream = await ConnectAsync(cancellationToken);
            var frames = new ArrayBufferWriter<byte>();
            foreach (var record in records)
            {
                var message = AuditLine.Syslog(record, node, _host);
                var length = string.Create(CultureInfo.InvariantCulture, $"{message.Length} ");
                frames.Write(Encoding.ASCII.GetBytes(length));
                frames.Write(message);
            }

            await stream.WriteAsync(frames.WrittenMemory, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
        catch
        {
            await CloseAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => CloseAsync();

    /// <summary>A connection that the other side has ended is found out before something is written into it.</summary>
    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_stream is not null && !(_client!.Client.Poll(0, SelectMode.SelectRead) && _client.Available == 0))
        {
            return _stream;
        }

        await CloseAsync();
        _client = new TcpClient { NoDelay = true };
        await _client.ConnectAsync(address.IdnHost, address.Port, cancellationToken);
        _stream = _client.GetStream();
        if (address.Scheme == "tls")
        {
            var tls = new SslStream(_stream);
            _stream = tls;
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = address.IdnHost }, cancellationToken);
        }

        return _stream;
    }

    private async ValueTask CloseAsync()
    {
        if (_stream is not null)
        {
            await _stream.DisposeAsync();
        }

        _client?.Dispose();
        (_stream, _client) = (null, null);
    }
}
