namespace Appliance.Storage;

/// <summary>What a client proves itself with. The numbers are stored.</summary>
public enum ClientSecretKind
{
    /// <summary>A secret of ours: material is 16 bytes of salt and SHA-256 over salt and secret.</summary>
    Secret = 0,

    /// <summary>A public key for assertions (RFC 7523): material is a SubjectPublicKeyInfo in DER.</summary>
    PublicKey = 1,

    /// <summary>A TLS client certificate (RFC 8705): material is its SHA-256.</summary>
    Certificate = 2,

    /// <summary>The key of a TLS client certificate: material is the SHA-256 of its SubjectPublicKeyInfo.</summary>
    CertificateKey = 3,
}
