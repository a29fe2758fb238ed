namespace Appliance.Server.Hosting.Peers;

/// <summary>What somebody claimed of an address or a certificate, without a right to or not as it must be.</summary>
[Flags]
internal enum PeerClaims
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A stranger began with a PROXY header.</summary>
    Preface = 1,

    /// <summary>A stranger sent Client-Cert or Client-Cert-Chain (RFC 9440).</summary>
    Certificate = 2,

    /// <summary>A stranger sent Forwarded (RFC 7239), X-Forwarded-For or X-Forwarded-Proto.</summary>
    Forwarded = 4,

    /// <summary>A configured proxy began with a PROXY header that is malformed, or that it may not send.</summary>
    ProxyPreface = 8,

    /// <summary>A configured proxy began without the PROXY header that is required.</summary>
    NoPreface = 16,

    /// <summary>A configured proxy sent such headers malformed, or with a certificate that is not accepted.</summary>
    ProxyHeaders = 32,
}
