using Appliance.Pkcs11;

namespace Appliance.Signing.Provisioning;

/// <summary>A private key of the token that no credential has.</summary>
/// <param name="Pair">The key.</param>
/// <param name="Algorithm">Its algorithm; null where this appliance serves none such, or it is not known.</param>
/// <param name="Certificate">Its certificate in the token, DER; null where there is none.</param>
/// <param name="Obstacle">
/// Why it would be refused, as far as can be told without a signature; null: it would not.
/// </param>
public sealed record FreeKey(TokenKeyPair Pair, KeyAlgorithm? Algorithm, byte[]? Certificate, string? Obstacle);
