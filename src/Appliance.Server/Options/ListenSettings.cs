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
}
