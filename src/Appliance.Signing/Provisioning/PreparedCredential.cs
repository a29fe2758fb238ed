using Appliance.Storage;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// A credential whose key pair is in the token and whose row is not in the store yet. Insert
/// (<see cref="CredentialProvisioning.Insert"/>) or discard it; else the key pair is left behind in the token.
/// </summary>
/// <param name="Row">The row to insert.</param>
/// <param name="SigningRequest">The PKCS#10 CSR in DER when one was asked for, else null.</param>
public sealed record PreparedCredential(CredentialRow Row, byte[]? SigningRequest);
