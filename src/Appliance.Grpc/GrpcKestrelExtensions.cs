using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Appliance.Grpc;

/// <summary>Kestrel settings that gRPC needs.</summary>
public static class GrpcKestrelExtensions
{
    /// <summary>
    /// Sets what long-lived HTTP/2 connections with many small calls need: pings every 60 s on quiet connections (so
    /// that a dead peer is noticed 20 s later), no Server header, and no lower bound on the rate of response data (a
    /// client may leave an answer in its window; Kestrel's 240 B/s would cut the whole connection). The lower bound on
    /// request data stays: a unary request that trickles in is an attack, and call shapes that may be quiet switch it
    /// off for their own stream.
    /// </summary>
    /// <param name="kestrel">The server's options.</param>
    /// <returns>The options.</returns>
    public static KestrelServerOptions ConfigureForGrpc(this KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        return kestrel;
    }
}
