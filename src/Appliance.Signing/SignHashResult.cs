namespace Appliance.Signing;

/// <summary>What signHash gives: a status, and signatures in the order of the hashes when it is Ok.</summary>
/// <param name="Status">Ok or the reason of the refusal.</param>
/// <param name="Signatures">
/// One per hash, in request order: RSA as PKCS#1 octets, ECDSA as DER ECDSA-Sig-Value. Empty unless Ok.
/// </param>
/// <param name="IsRedelivered">True when they were made before and recorded; nothing was signed now.</param>
public readonly record struct SignHashResult(
    SigningStatus Status, IReadOnlyList<byte[]> Signatures, bool IsRedelivered = false)
{
    /// <summary>A refusal: no signatures.</summary>
    public static SignHashResult Refused(SigningStatus status) => new(status, []);
}
