using System.Net;
using Appliance.Ledger;
using Appliance.Server.Options;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Appliance.Server.Hosting.Peers;

/// <summary>
/// Who is on the other end: a gate for connections, a screen for requests, and the record of false claims.
/// </summary>
internal sealed class PeerDesk : IDisposable
{
    private static readonly TimeSpan s_tlsPatience = TimeSpan.FromSeconds(10);

    private readonly PeerGate _gate;
    private readonly PeerScreen _screen;
    private PeerAudit? _audit;

    public PeerDesk(ListenSettings listen, TimeProvider time)
    {
        Policy = new PeerPolicy(listen, time);
        _gate = new PeerGate(Policy, Metrics, Note);
        _screen = new PeerScreen(Policy, Metrics, Note);
    }

    public PeerPolicy Policy { get; }

    public PeerMetrics Metrics { get; } = new();

    /// <summary>Puts the gate before whatever the listener does next.</summary>
    public void Guard(ListenOptions listen, bool isTls)
    {
        // As long as the next would have waited: TLS for its handshake, HTTP for a request.
        var patience = isTls ? s_tlsPatience : listen.KestrelServerOptions.Limits.KeepAliveTimeout;
        listen.Use(next => connection => _gate.RunAsync(connection, patience, next));
    }

    /// <inheritdoc cref="PeerScreen.TryPass"/>
    public bool TryPass(HttpContext http) => _screen.TryPass(http);

    /// <summary>From now on false claims are recorded; ends before the loop does.</summary>
    public PeerAudit StartAudit(CommitLoop loop, TimeProvider time, ILogger logger)
        => _audit = new PeerAudit(loop, time, logger);

    public void Dispose() => Metrics.Dispose();

    private void Note(IPAddress? address, PeerClaims claims) => _audit?.Note(address, claims);
}
