using Appliance.Pkcs11;

namespace Appliance.Signing.Provisioning;

/// <summary>A key pair that was made for a time-stamping unit.</summary>
/// <param name="Key">In the token.</param>
/// <param name="Certificates">DER: the unit's, then the demo CA's; empty with a request.</param>
/// <param name="SigningRequest">PKCS#10 in DER; null with certificates.</param>
public sealed record TimestampKey(KeyReference Key, IReadOnlyList<byte[]> Certificates, byte[]? SigningRequest);
