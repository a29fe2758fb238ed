using Appliance.Pkcs11;

namespace Appliance.Signing.Provisioning;

/// <summary>What the key of a time-stamping unit shall be.</summary>
public sealed record TimestampKeyOrder
{
    /// <summary>CKA_LABEL, which no object of the token may have yet; 1 to 128 characters.</summary>
    public required string Label { get; init; }

    /// <summary>RSA, P-256 or P-384.</summary>
    public required KeyAlgorithm Algorithm { get; init; }

    /// <summary>Whom the certificate names.</summary>
    public required TimestampSubject Subject { get; init; }

    /// <summary>Validity of a certificate of the demo CA, 1 to 15 years.</summary>
    public int Years { get; init; } = 5;

    /// <summary>
    /// How much of that the key may sign (privateKeyUsagePeriod): the certificate outlives it, so that what was
    /// stamped last can be verified for a while. Null for all of it.
    /// </summary>
    public int? KeyYears { get; init; }

    /// <summary>Ask for a PKCS#10 request instead of a certificate of the demo CA.</summary>
    public bool SigningRequest { get; init; }
}
