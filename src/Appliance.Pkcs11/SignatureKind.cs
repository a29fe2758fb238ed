namespace Appliance.Pkcs11;

/// <summary>How a hash becomes a signature.</summary>
public enum SignatureKind
{
    /// <summary>
    /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2); the DigestInfo is built here, CKM_RSA_PKCS signs it.
    /// </summary>
    RsaPkcs1,

    /// <summary>RSASSA-PSS (RFC 8017 section 8.1), MGF1 with the same hash; CKM_RSA_PKCS_PSS.</summary>
    RsaPss,

    /// <summary>ECDSA, answer as DER Ecdsa-Sig-Value (RFC 3279 section 2.2.3) with minimal INTEGERs.</summary>
    EcdsaDer,

    /// <summary>ECDSA, answer as r || s, each as long as the curve's order (BSI TR-03111 plain format).</summary>
    EcdsaPlain,
}
