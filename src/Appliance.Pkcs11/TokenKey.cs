namespace Appliance.Pkcs11;

/// <summary>A key object found in a token.</summary>
/// <param name="Class">Private, public or secret.</param>
/// <param name="Id">CKA_ID.</param>
/// <param name="Label">CKA_LABEL.</param>
/// <param name="KeyType">CKK_ value: 0 RSA, 3 EC, 0x1F AES.</param>
/// <param name="SubjectPublicKeyInfo">
/// DER (RFC 5280 section 4.1.2.7) of a public key this appliance knows; else null.
/// </param>
public sealed record TokenKey(TokenKeyClass Class, byte[] Id, string Label, uint KeyType, byte[]? SubjectPublicKeyInfo);
