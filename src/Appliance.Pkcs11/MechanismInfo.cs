namespace Appliance.Pkcs11;

/// <summary>One mechanism of a token (C_GetMechanismInfo).</summary>
/// <param name="Mechanism">CKM_ value.</param>
/// <param name="MinKeySize">Smallest key; bits or bytes, by mechanism.</param>
/// <param name="MaxKeySize">Largest key; bits or bytes, by mechanism.</param>
/// <param name="Flags">CKF_ values of CK_MECHANISM_INFO (CKF_SIGN 0x800, CKF_WRAP 0x20000, ...).</param>
public sealed record MechanismInfo(uint Mechanism, long MinKeySize, long MaxKeySize, uint Flags);
