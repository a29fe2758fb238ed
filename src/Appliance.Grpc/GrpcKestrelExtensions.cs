using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Appliance.Grpc;

/// <summary>Kestrel settings that gRPC needs.</summary>
public static class GrpcKestrelExtensions
{
    /// <summary>
    /// What a client may send on one stream before the handler has read it, bytes. Sixteen streams whose handlers do
    /// not read fit into a connection's window; with Kestrel's 768 KiB of 1 MiB the second stopped every other call.
    /// </summary>
    private const int StreamWindow = 256 * 1024;

    private const int ConnectionWindow = 16 * StreamWindow;

    /// <summary>
    /// Sets what long-lived HTTP/2 connections with many small calls need: a stream window of 256 KiB in a connection
    /// window of 4 MiB (a stream that is not read stops itself and not its neighbours), pings every 60 s on quiet
    /// connections (so that a dead peer is noticed 20 s later), no Server header, and no lower bound on the rate of
    /// response data (a client may leave an answer in its window; Kestrel's 240 B/s would cut the whole connection).
    /// The lower bound on request data stays: a unary request that trickles in is an attack, and call shapes that may
    /// be quiet switch it off for their own stream.
    /// </summary>
    /// <param name="kestrel">The server's options.</param>
    /// <returns>The options.</returns>
    public static KestrelServerOptions ConfigureForGrpc(this KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindow;
        kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindow;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        return kestrel;
    }
}
