namespace Appliance.Storage;

/// <summary>What an activation is for. The numbers are stored and covered by the activation's MAC.</summary>
public enum ActivationPurpose
{
    /// <summary>Signatures of documents.</summary>
    Sign = 0,

    /// <summary>The handshakes of one TLS login (RFC 8446 4.4.3: CertificateVerify of a client).</summary>
    TlsLogin = 1,
}
