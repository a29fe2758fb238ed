namespace Appliance.Server.Hosting.Peers;

/// <summary>The headers by which a proxy can speak of its client.</summary>
[Flags]
internal enum ProxyHeaders
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Client-Cert and Client-Cert-Chain (RFC 9440).</summary>
    ClientCert = 1,

    /// <summary>Forwarded (RFC 7239).</summary>
    Forwarded = 2,

    /// <summary>X-Forwarded-For and X-Forwarded-Proto.</summary>
    XForwarded = 4,
}
