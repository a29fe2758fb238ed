namespace Appliance.Pkcs11;

/// <summary>A key pair that was made in a token and is kept outside of it.</summary>
/// <param name="SubjectPublicKeyInfo">The public key, DER.</param>
/// <param name="PrivateKey">The private key, wrapped.</param>
public sealed record WrappedKeyPair(byte[] SubjectPublicKeyInfo, WrappedKey PrivateKey);
