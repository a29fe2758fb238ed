namespace Appliance.Server.Hosting.Peers;

/// <summary>What is thought of a client's certificate.</summary>
internal enum CertificateVerdict
{
    /// <summary>Its chain ends at a configured authority.</summary>
    FromAuthority,

    /// <summary>Self-signed: worth what Identity knows of this very certificate.</summary>
    SelfSigned,

    /// <summary>A chain to no configured authority.</summary>
    Untrusted,

    /// <summary>Expired, or not yet valid.</summary>
    OutOfTime,

    /// <summary>Not made for TLS clients (extended key usage).</summary>
    OtherUse,

    /// <summary>Revoked.</summary>
    Revoked,

    /// <summary>Whether it is revoked could not be learnt, and must be.</summary>
    RevocationUnknown,
}
