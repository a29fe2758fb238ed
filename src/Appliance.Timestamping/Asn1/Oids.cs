namespace Appliance.Timestamping.Asn1;

/// <summary>Object identifiers, by their names in the standards.</summary>
internal static class Oids
{
    /// <summary>RFC 5652 section 5.1.</summary>
    public const string SignedData = "1.2.840.113549.1.7.2";

    /// <summary>RFC 3161 section 2.4.2.</summary>
    public const string TstInfo = "1.2.840.113549.1.9.16.1.4";

    /// <summary>RFC 5652 section 11.1.</summary>
    public const string ContentType = "1.2.840.113549.1.9.3";

    /// <summary>RFC 5652 section 11.2.</summary>
    public const string MessageDigest = "1.2.840.113549.1.9.4";

    /// <summary>RFC 5035 section 3.</summary>
    public const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";

    /// <summary>RFC 3370 section 3.2: RSASSA-PKCS1-v1_5 with the SignerInfo's digest.</summary>
    public const string RsaEncryption = "1.2.840.113549.1.1.1";

    /// <summary>RFC 4055 section 3.1.</summary>
    public const string RsassaPss = "1.2.840.113549.1.1.10";

    /// <summary>RFC 5480 section 2.1.1.</summary>
    public const string EcPublicKey = "1.2.840.10045.2.1";

    /// <summary>RFC 5758 section 3.2.</summary>
    public const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";

    /// <summary>RFC 5758 section 3.2.</summary>
    public const string EcdsaWithSha384 = "1.2.840.10045.4.3.3";

    /// <summary>RFC 5758 section 3.2.</summary>
    public const string EcdsaWithSha512 = "1.2.840.10045.4.3.4";

    /// <summary>RFC 3161 section 2.3.</summary>
    public const string KeyPurposeTimeStamping = "1.3.6.1.5.5.7.3.8";

    /// <summary>RFC 3280 section 4.2.1.4; RFC 5280 leaves it to profiles such as EN 319 422.</summary>
    public const string PrivateKeyUsagePeriod = "2.5.29.16";

    /// <summary>RFC 3739 section 3.2.6; EN 319 422 clause 9.1 puts it into TSTInfo.</summary>
    public const string QcStatements = "1.3.6.1.5.5.7.1.3";

    /// <summary>id-etsi-tsts-EuQCompliance, EN 319 422 clause 9.1.</summary>
    public const string EuQCompliance = "0.4.0.19422.1.1";
}
