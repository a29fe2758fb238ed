namespace Appliance.Server.Options;

/// <summary>Where the wires listen. The same address for both needs TLS, which tells them apart by ALPN.</summary>
internal sealed class ListenSettings
{
    /// <summary>CSC over REST, and health: <c>http://IP:PORT</c> or <c>https://IP:PORT</c>; port 0 takes any.</summary>
    public string Rest { get; set; } = "http://127.0.0.1:8080";

    /// <summary>gRPC, in the same form.</summary>
    public string Grpc { get; set; } = "http://127.0.0.1:8081";

    /// <summary>
    /// Server reflection on the gRPC address: tools can list and describe what is served. The contract is public.
    /// Default true.
    /// </summary>
    public bool Reflection { get; set; } = true;

    /// <summary>
    /// Plaintext on other than loopback addresses: only behind something that does TLS. Default false.
    /// </summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>PEM file with the server's certificate chain, leaf first; required for https.</summary>
    public string? Certificate { get; set; }

    /// <summary>PEM file with its private key, unencrypted; required for https.</summary>
    public string? CertificateKey { get; set; }

    /// <summary>
    /// Mutual TLS: <c>off</c>, <c>optional</c> (a client may show a certificate) or <c>required</c> (it must). Default
    /// off.
    /// </summary>
    public string ClientCertificates { get; set; } = "off";

    /// <summary>
    /// PEM file with the authorities of client certificates. Self-signed ones count where they are registered with a
    /// client. Default: none.
    /// </summary>
    public string? ClientCertificateAuthorities { get; set; }

    /// <summary>
    /// Whether those authorities are asked (CRL, OCSP) if a certificate is revoked: <c>off</c>, <c>when-known</c> (no
    /// answer is a good one) or <c>required</c>. Default off.
    /// </summary>
    public string ClientCertificateRevocation { get; set; } = "off";

    /// <summary>
    /// The proxies whose word on their clients counts: networks (CIDR) or addresses, separated by commas. Default:
    /// none.
    /// </summary>
    public string? Proxies { get; set; }

    /// <summary>
    /// Whether their connections begin with a PROXY header, version 2: <c>off</c>, <c>optional</c> or <c>required</c>.
    /// Default off.
    /// </summary>
    public string ProxyProtocol { get; set; } = "off";

    /// <summary>How long a PROXY header may take, 1 to 60 s. Default 5.</summary>
    public int ProxyHeaderSeconds { get; set; } = 5;

    /// <summary>
    /// The headers by which they speak of their clients: <c>client-cert</c> (RFC 9440) and one of <c>forwarded</c> (RFC
    /// 7239) and <c>x-forwarded</c>, separated by commas. Default: none.
    /// </summary>
    public string? ProxyHeaders { get; set; }

    /// <summary>
    /// They take TLS connections only: a client counts as having come by TLS unless they say otherwise. Default false.
    /// </summary>
    public bool ProxyTls { get; set; }
}
