using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Appliance.Timestamping.Clocks;

/// <summary>
/// Asks one NTP server once (RFC 4330 section 5). The time the answer took is measured by the raw clock: a step of the
/// wall clock in between does no harm.
/// </summary>
internal sealed class SntpClient(TimeProvider time, Func<long> rawNanoseconds, TimeSpan timeout)
{
    /// <summary>Largest root distance, RFC 5905 appendix A.1.1 (MAXDIST).</summary>
    private const long MaxRoot = 3 * TimeSpan.TicksPerSecond / 2;

    /// <summary>An answer; a fault in words for everything that can go wrong.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, and not timed out.</exception>
    public async ValueTask<SntpSample> QueryAsync(SntpServer server, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // Connected: the kernel drops what comes from elsewhere.
            using var socket = Socket.OSSupportsIPv6
                ? new UdpClient(AddressFamily.InterNetworkV6) { Client = { DualMode = true } }
                : new UdpClient();
            await socket.Client.ConnectAsync(server.Host, server.Port, linked.Token);
            return await ExchangeAsync(socket, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SntpSample("no answer in time");
        }
        catch (SocketException e)
        {
            return new SntpSample($"cannot be reached ({e.SocketErrorCode})");
        }
        catch (ArgumentException)
        {
            return new SntpSample("is no name or address");
        }
    }

    /// <summary>The four timestamps to offset and radius.</summary>
    /// <param name="packet">Without fault.</param>
    /// <param name="sent">Both clocks when it was asked.</param>
    /// <param name="elapsed">Raw nanoseconds until the answer.</param>
    internal static SntpSample Evaluate(in SntpPacket packet, in ClockReading sent, long elapsed)
    {
        var received = SntpPacket.ToTicks(packet.Receive, sent.UtcTicks);
        var transmitted = SntpPacket.ToTicks(packet.Transmit, sent.UtcTicks);
        var returned = sent.UtcTicks + (elapsed / 100);
        var processing = transmitted - received;
        var delay = (elapsed / 100) - processing;
        // The server's clock may tick more coarsely than the way there and back takes.
        if (processing < 0 || delay < -TimeSpan.TicksPerMillisecond)
        {
            return new SntpSample("timestamps that contradict each other");
        }

        var offset = ((received - sent.UtcTicks) + (transmitted - returned)) / 2;
        var radius = (Math.Abs(delay) / 2) + (packet.RootDelay / 2) + packet.RootDispersion
            + TimeSpan.TicksPerMicrosecond;
        return new SntpSample(
            null, offset, radius, sent.Offset, sent.RawNanoseconds, (LeapDirection)packet.Leap);
    }

    private async ValueTask<SntpSample> ExchangeAsync(UdpClient socket, CancellationToken cancellationToken)
    {
        var request = new byte[SntpPacket.Length];
        var cookie = BinaryPrimitives.ReadUInt64BigEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        SntpPacket.WriteRequest(request, cookie);
        var sent = new ClockReading(time.GetUtcNow().UtcTicks, rawNanoseconds());
        await socket.SendAsync(request, cancellationToken);
        while (true)
        {
            var answer = await socket.ReceiveAsync(cancellationToken);
            var elapsed = rawNanoseconds() - sent.RawNanoseconds;
            // What does not know the cookie is not the answer: that may still come.
            if (!SntpPacket.TryRead(answer.Buffer, out var packet) || packet.Originate != cookie)
            {
                continue;
            }

            var fault = packet.FindFault(cookie, MaxRoot);
            return fault is null ? Evaluate(packet, sent, elapsed) : new SntpSample(fault) { Kiss = packet.Kiss };
        }
    }
}
