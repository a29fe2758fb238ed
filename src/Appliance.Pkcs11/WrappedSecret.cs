namespace Appliance.Pkcs11;

/// <summary>A secret as it leaves the token.</summary>
/// <param name="Mechanism">How it was wrapped.</param>
/// <param name="Iv">
/// 12 bytes for AES-GCM; for RSA-OAEP one byte naming the hash (1 SHA-1, 2 SHA-256); else empty.
/// </param>
/// <param name="Data">Ciphertext; for AES-GCM followed by the 16-byte tag.</param>
public sealed record WrappedSecret(WrapMechanism Mechanism, byte[] Iv, byte[] Data);
