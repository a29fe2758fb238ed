namespace Appliance.Pkcs11;

/// <summary>What a new private key may do. One key does one thing: a signer's key never decrypts.</summary>
public enum KeyUse
{
    /// <summary>CKA_SIGN only.</summary>
    Sign,

    /// <summary>CKA_DECRYPT and CKA_UNWRAP only; RSA, for wrapping secrets on tokens without AES.</summary>
    Decrypt,
}
