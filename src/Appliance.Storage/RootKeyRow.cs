namespace Appliance.Storage;

/// <summary>The installation's root key, wrapped by one token.</summary>
/// <param name="Id">The row's number; 0 when it is to be chosen by the store.</param>
/// <param name="TokenSerial">The token that can unwrap it.</param>
/// <param name="Mechanism">How it is wrapped: the PKCS#11 mechanism's number.</param>
/// <param name="WrappingKeyId">CKA_ID of the wrapping key.</param>
/// <param name="Iv">The initialisation vector; empty where the mechanism has none.</param>
/// <param name="Wrapped">The wrapped key.</param>
/// <param name="State">As the caller defines it.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
public sealed record RootKeyRow(
    int Id,
    string TokenSerial,
    int Mechanism,
    byte[] WrappingKeyId,
    byte[] Iv,
    byte[] Wrapped,
    int State,
    long CreatedAt);
