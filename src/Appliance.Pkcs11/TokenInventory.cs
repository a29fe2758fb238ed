namespace Appliance.Pkcs11;

/// <summary>What a token holds of private keys and certificates at one moment, in the token's order.</summary>
/// <param name="Keys">At most 100,000 private keys.</param>
/// <param name="Certificates">At most 100,000 X.509 certificates.</param>
public sealed record TokenInventory(
    IReadOnlyList<TokenKeyPair> Keys, IReadOnlyList<TokenCertificate> Certificates);
