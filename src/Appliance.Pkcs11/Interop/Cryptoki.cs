using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

/// <summary>
/// The functions of one library under their native names: of a library in this process, or of one in a child process.
/// </summary>
internal abstract unsafe class Cryptoki
{
    /// <summary>Version of the interface.</summary>
    public abstract CK_VERSION Version { get; }

    public abstract CKR C_Initialize(void* pInitArgs);

    public abstract CKR C_Finalize(void* pReserved);

    public abstract CKR C_GetInfo(byte* pInfo);

    public abstract CKR C_GetSlotList(byte tokenPresent, CULong* pSlotList, CULong* pulCount);

    public abstract CKR C_GetTokenInfo(CULong slotID, CK_TOKEN_INFO* pInfo);

    public abstract CKR C_GetMechanismList(CULong slotID, CULong* pMechanismList, CULong* pulCount);

    public abstract CKR C_GetMechanismInfo(CULong slotID, CULong type, CK_MECHANISM_INFO* pInfo);

    public abstract CKR C_OpenSession(CULong slotID, CULong flags, void* pApplication, void* notify, CULong* phSession);

    public abstract CKR C_CloseSession(CULong hSession);

    public abstract CKR C_GetSessionInfo(CULong hSession, CK_SESSION_INFO* pInfo);

    public abstract CKR C_Login(CULong hSession, CULong userType, byte* pPin, CULong ulPinLen);

    public abstract CKR C_Logout(CULong hSession);

    public abstract CKR C_CreateObject(CULong hSession, CK_ATTRIBUTE* pTemplate, CULong ulCount, CULong* phObject);

    public abstract CKR C_DestroyObject(CULong hSession, CULong hObject);

    public abstract CKR C_GetAttributeValue(CULong hSession, CULong hObject, CK_ATTRIBUTE* pTemplate, CULong ulCount);

    public abstract CKR C_FindObjectsInit(CULong hSession, CK_ATTRIBUTE* pTemplate, CULong ulCount);

    public abstract CKR C_FindObjects(
        CULong hSession, CULong* phObject, CULong ulMaxObjectCount, CULong* pulObjectCount);

    public abstract CKR C_FindObjectsFinal(CULong hSession);

    public abstract CKR C_EncryptInit(CULong hSession, CK_MECHANISM* pMechanism, CULong hKey);

    public abstract CKR C_Encrypt(
        CULong hSession, byte* pData, CULong ulDataLen, byte* pEncryptedData, CULong* pulEncryptedDataLen);

    public abstract CKR C_DecryptInit(CULong hSession, CK_MECHANISM* pMechanism, CULong hKey);

    public abstract CKR C_Decrypt(
        CULong hSession, byte* pEncryptedData, CULong ulEncryptedDataLen, byte* pData, CULong* pulDataLen);

    public abstract CKR C_SignInit(CULong hSession, CK_MECHANISM* pMechanism, CULong hKey);

    public abstract CKR C_Sign(
        CULong hSession, byte* pData, CULong ulDataLen, byte* pSignature, CULong* pulSignatureLen);

    public abstract CKR C_VerifyInit(CULong hSession, CK_MECHANISM* pMechanism, CULong hKey);

    public abstract CKR C_Verify(
        CULong hSession, byte* pData, CULong ulDataLen, byte* pSignature, CULong ulSignatureLen);

    public abstract CKR C_GenerateKey(
        CULong hSession, CK_MECHANISM* pMechanism, CK_ATTRIBUTE* pTemplate, CULong ulCount, CULong* phKey);

    public abstract CKR C_GenerateKeyPair(
        CULong hSession,
        CK_MECHANISM* pMechanism,
        CK_ATTRIBUTE* pPublicKeyTemplate,
        CULong ulPublicKeyAttributeCount,
        CK_ATTRIBUTE* pPrivateKeyTemplate,
        CULong ulPrivateKeyAttributeCount,
        CULong* phPublicKey,
        CULong* phPrivateKey);

    public abstract CKR C_WrapKey(
        CULong hSession,
        CK_MECHANISM* pMechanism,
        CULong hWrappingKey,
        CULong hKey,
        byte* pWrappedKey,
        CULong* pulWrappedKeyLen);

    public abstract CKR C_UnwrapKey(
        CULong hSession,
        CK_MECHANISM* pMechanism,
        CULong hUnwrappingKey,
        byte* pWrappedKey,
        CULong ulWrappedKeyLen,
        CK_ATTRIBUTE* pTemplate,
        CULong ulAttributeCount,
        CULong* phKey);
}
