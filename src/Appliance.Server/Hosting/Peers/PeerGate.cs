using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Appliance.Server.Hosting.Peers;

/// <summary>
/// The first thing that happens to a connection, before TLS: the PROXY header of a configured proxy is taken off and
/// believed, and anybody else who begins with one is shown out.
/// </summary>
internal sealed class PeerGate(PeerPolicy policy, PeerMetrics metrics, Action<IPAddress?, PeerClaims> audit)
{
    /// <summary>Kestrel middleware.</summary>
    /// <param name="connection">Just accepted.</param>
    /// <param name="patience">How long a client may take for its first byte.</param>
    /// <param name="next">What serves it.</param>
    public async Task RunAsync(ConnectionContext connection, TimeSpan patience, ConnectionDelegate next)
    {
        var hop = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var isProxy = policy.Proxies.Contains(hop);
        var takesHeader = isProxy && policy.ProxyProtocol != ProxyProtocolMode.Off;
        var isRequired = isProxy && policy.ProxyProtocol == ProxyProtocolMode.Required;
        var (status, header) = await ReadAsync(
            connection, takesHeader, isRequired ? policy.HeaderPatience : patience);
        if (status is null)
        {
            metrics.Refused(PeerMetrics.Slow);
        }
        else if (status == ProxyHeaderStatus.None && !isRequired)
        {
            Accept(connection, isProxy, header: null);
            await next(connection);
        }
        else if (status == ProxyHeaderStatus.Whole && takesHeader && Accept(connection, isProxy, header))
        {
            await next(connection);
        }
        else if (status == ProxyHeaderStatus.None)
        {
            metrics.Refused(PeerMetrics.Missing);
            audit(hop, PeerClaims.NoPreface);
        }
        else if (isProxy)
        {
            metrics.Refused(PeerMetrics.Malformed);
            audit(hop, PeerClaims.ProxyPreface);
        }
        else
        {
            metrics.Refused(PeerMetrics.Stranger);
            audit(hop, PeerClaims.Preface);
        }
    }

    /// <summary>What the connection begins with; null status: it took too long, or went away.</summary>
    private async ValueTask<(ProxyHeaderStatus? Status, ProxyHeader? Header)> ReadAsync(
        ConnectionContext connection, bool takesHeader, TimeSpan patience)
    {
        var input = connection.Transport.Input;
        using var timeout = new CancellationTokenSource(patience);

        // A stop does not wait for who has not said anything.
        var lifetime = connection.Features.Get<IConnectionLifetimeNotificationFeature>();
        await using var stop = (lifetime?.ConnectionClosedRequested ?? default).UnsafeRegister(
            static state => ((CancellationTokenSource)state!).Cancel(), timeout);
        long seen = 0;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(timeout.Token);
                var there = result.Buffer.Length;
                var status = Look(result, takesHeader, out var length, out var header);
                if (status != ProxyHeaderStatus.NeedMore || result.IsCompleted)
                {
                    // What was looked at stays so; of the last read something was not, so that next gets it at once.
                    input.AdvanceTo(
                        result.Buffer.GetPosition(length), result.Buffer.GetPosition(Math.Max(length, seen)));

                    // Whoever hung up within the header has said nothing; with TLS or HTTP that is for next to tell.
                    return (status == ProxyHeaderStatus.NeedMore ? ProxyHeaderStatus.None : status, header);
                }

                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                if (seen == 0 && there > 0)
                {
                    timeout.CancelAfter(policy.HeaderPatience);
                }

                seen = there;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            return (null, null);
        }
    }

    private static ProxyHeaderStatus Look(
        in ReadResult result, bool takesHeader, out int length, out ProxyHeader? header)
    {
        if (takesHeader)
        {
            return ProxyHeaderReader.Read(result.Buffer, out length, out header);
        }

        (length, header) = (0, null);
        return ProxyHeaderReader.Look(result.Buffer);
    }

    /// <summary>Makes the client the connection's peer. False: its certificate is not accepted.</summary>
    private bool Accept(ConnectionContext connection, bool isProxy, ProxyHeader? header)
    {
        ShownCertificate? shown = null;
        if (header?.Certificate is { } der)
        {
            shown = policy.Certificates.Find(der);
            if (shown is null)
            {
                metrics.Refused(PeerMetrics.Certificate);
                return false;
            }
        }

        if (header?.Source is { } source)
        {
            connection.RemoteEndPoint = source;
        }

        if (header is { IsLocal: false })
        {
            var writes = header.Source is { } client && policy.Proxies.Contains(client.Address);
            connection.Features.Set(new PeerConnection(writes, header, header.IsTls ?? policy.ProxyTls, shown));
        }
        else if (isProxy)
        {
            connection.Features.Set(new PeerConnection(IsProxy: true, null, policy.ProxyTls, null));
        }

        return true;
    }
}
