namespace Appliance.Pkcs11;

/// <summary>An X.509 certificate object found in a token.</summary>
/// <param name="Id">CKA_ID; by convention that of its key.</param>
/// <param name="Label">CKA_LABEL.</param>
/// <param name="Der">CKA_VALUE.</param>
public sealed record TokenCertificate(byte[] Id, string Label, byte[] Der);
