using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Appliance.Pkcs11.Interop;

/// <summary>
/// The function table of a library in this process. The pointers are copied out of CK_FUNCTION_LIST, whose first member
/// is a CK_VERSION: the table behind it begins at the next pointer boundary, or on Windows, where PKCS#11 packs
/// structures, right after it. CK_FUNCTION_LIST_3_0 begins with the same 68 functions.
/// </summary>
internal sealed unsafe class NativeCryptoki : Cryptoki
{
    private static readonly int s_tableOffset = OperatingSystem.IsWindows() ? sizeof(CK_VERSION) : sizeof(nint);

    private readonly delegate* unmanaged[Cdecl]<void*, CULong> _initialize;
    private readonly delegate* unmanaged[Cdecl]<void*, CULong> _finalize;
    private readonly delegate* unmanaged[Cdecl]<byte*, CULong> _getInfo;
    private readonly delegate* unmanaged[Cdecl]<byte, CULong*, CULong*, CULong> _getSlotList;
    private readonly delegate* unmanaged[Cdecl]<CULong, CK_TOKEN_INFO*, CULong> _getTokenInfo;
    private readonly delegate* unmanaged[Cdecl]<CULong, CULong*, CULong*, CULong> _getMechanismList;
    private readonly delegate* unmanaged[Cdecl]<CULong, CULong, CK_MECHANISM_INFO*, CULong> _getMechanismInfo;
    private readonly delegate* unmanaged[Cdecl]<CULong, CULong, void*, void*, CULong*, CULong> _openSession;
    private readonly delegate* unmanaged[Cdecl]<CULong, CULong> _closeSession;
    private readonly delegate* unmanaged[Cdecl]<CULong, CK_SESSION_INFO*, CULong> _getSessionInfo;
    private readonly delegate* unmanaged[Cdecl]<CULong, CULong, byte*, CULong, CULong> _login;
    private readonly delegate* unmanaged[Cdecl]<CULong, CULong> _logout;
    private readonly delegate* unmanaged[Cdecl]<CULong, CK_ATTRIBUTE*, CULong, CULong*, CULong> _createObject;
    private readonly delegate* unmanaged[Cdecl]<CULong, CULong, CULong> _destroyObject;
    private readonly delegate* unmanaged[Cdecl]<CULong, CULong, CK_ATTRIBUTE*, CULong, CULong> _getAttributeValue;
    private readonly delegate* unmanaged[Cdecl]<CULong, CK_ATTRIBUTE*, CULong, CULong> _findObjectsInit;
    private readonly delegate* unmanaged[Cdecl]<CULong, CULong*, CULong, CULong*, CULong> _findObjects;
    private readonly delegate* unmanaged[Cdecl]<CULong, CULong> _findObjectsFinal;
    private readonly delegate* unmanaged[Cdecl]<CULong, CK_MECHANISM*, CULong, CULong> _encryptInit;
    private readonly delegate* unmanaged[Cdecl]<CULong, byte*, CULong, byte*, CULong*, CULong> _encrypt;
    private readonly delegate* unmanaged[Cdecl]<CULong, CK_MECHANISM*, CULong, CULong> _decryptInit;
    private readonly delegate* unmanaged[Cdecl]<CULong, byte*, CULong, byte*, CULong*, CULong> _decrypt;
    private readonly delegate* unmanaged[Cdecl]<CULong, CK_MECHANISM*, CULong, CULong> _signInit;
    private readonly delegate* unmanaged[Cdecl]<CULong, byte*, CULong, byte*, CULong*, CULong> _sign;
    private readonly delegate* unmanaged[Cdecl]<CULong, CK_MECHANISM*, CULong, CULong> _verifyInit;
    private readonly delegate* unmanaged[Cdecl]<CULong, byte*, CULong, byte*, CULong, CULong> _verify;
    private readonly delegate* unmanaged[Cdecl]<
        CULong, CK_MECHANISM*, CK_ATTRIBUTE*, CULong, CULong*, CULong> _generateKey;
    private readonly delegate* unmanaged[Cdecl]<
        CULong, CK_MECHANISM*, CK_ATTRIBUTE*, CULong, CK_ATTRIBUTE*, CULong, CULong*, CULong*, CULong> _generateKeyPair;
    private readonly delegate* unmanaged[Cdecl]<CULong, CK_MECHANISM*, CULong, CULong, byte*, CULong*, CULong> _wrapKey;
    private readonly delegate* unmanaged[Cdecl]<
        CULong, CK_MECHANISM*, CULong, byte*, CULong, CK_ATTRIBUTE*, CULong, CULong*, CULong> _unwrapKey;

    /// <summary>Copies a function list.</summary>
    /// <exception cref="NotSupportedException">Its version is not 2.x or 3.x.</exception>
    public NativeCryptoki(byte* functionList)
    {
        Version = *(CK_VERSION*)functionList;
        if (Version.major is not (2 or 3))
        {
            throw new NotSupportedException(
                $"The library speaks version {Version.major}.{Version.minor} of PKCS#11; 2.x and 3.x are served.");
        }

        _initialize = (delegate* unmanaged[Cdecl]<void*, CULong>)At(functionList, 0);
        _finalize = (delegate* unmanaged[Cdecl]<void*, CULong>)At(functionList, 1);
        _getInfo = (delegate* unmanaged[Cdecl]<byte*, CULong>)At(functionList, 2);
        _getSlotList = (delegate* unmanaged[Cdecl]<byte, CULong*, CULong*, CULong>)At(functionList, 4);
        _getTokenInfo = (delegate* unmanaged[Cdecl]<CULong, CK_TOKEN_INFO*, CULong>)At(functionList, 6);
        _getMechanismList = (delegate* unmanaged[Cdecl]<CULong, CULong*, CULong*, CULong>)At(functionList, 7);
        _getMechanismInfo = (delegate* unmanaged[Cdecl]<CULong, CULong, CK_MECHANISM_INFO*, CULong>)At(functionList, 8);
        _openSession = (delegate* unmanaged[Cdecl]<CULong, CULong, void*, void*, CULong*, CULong>)At(functionList, 12);
        _closeSession = (delegate* unmanaged[Cdecl]<CULong, CULong>)At(functionList, 13);
        _getSessionInfo = (delegate* unmanaged[Cdecl]<CULong, CK_SESSION_INFO*, CULong>)At(functionList, 15);
        _login = (delegate* unmanaged[Cdecl]<CULong, CULong, byte*, CULong, CULong>)At(functionList, 18);
        _logout = (delegate* unmanaged[Cdecl]<CULong, CULong>)At(functionList, 19);
        _createObject = (delegate* unmanaged[Cdecl]<
            CULong, CK_ATTRIBUTE*, CULong, CULong*, CULong>)At(functionList, 20);
        _destroyObject = (delegate* unmanaged[Cdecl]<CULong, CULong, CULong>)At(functionList, 22);
        _getAttributeValue = (delegate* unmanaged[Cdecl]<
            CULong, CULong, CK_ATTRIBUTE*, CULong, CULong>)At(functionList, 24);
        _findObjectsInit = (delegate* unmanaged[Cdecl]<CULong, CK_ATTRIBUTE*, CULong, CULong>)At(functionList, 26);
        _findObjects = (delegate* unmanaged[Cdecl]<CULong, CULong*, CULong, CULong*, CULong>)At(functionList, 27);
        _findObjectsFinal = (delegate* unmanaged[Cdecl]<CULong, CULong>)At(functionList, 28);
        _encryptInit = (delegate* unmanaged[Cdecl]<CULong, CK_MECHANISM*, CULong, CULong>)At(functionList, 29);
        _encrypt = (delegate* unmanaged[Cdecl]<CULong, byte*, CULong, byte*, CULong*, CULong>)At(functionList, 30);
        _decryptInit = (delegate* unmanaged[Cdecl]<CULong, CK_MECHANISM*, CULong, CULong>)At(functionList, 33);
        _decrypt = (delegate* unmanaged[Cdecl]<CULong, byte*, CULong, byte*, CULong*, CULong>)At(functionList, 34);
        _signInit = (delegate* unmanaged[Cdecl]<CULong, CK_MECHANISM*, CULong, CULong>)At(functionList, 42);
        _sign = (delegate* unmanaged[Cdecl]<CULong, byte*, CULong, byte*, CULong*, CULong>)At(functionList, 43);
        _verifyInit = (delegate* unmanaged[Cdecl]<CULong, CK_MECHANISM*, CULong, CULong>)At(functionList, 48);
        _verify = (delegate* unmanaged[Cdecl]<CULong, byte*, CULong, byte*, CULong, CULong>)At(functionList, 49);
        _generateKey = (delegate* unmanaged[Cdecl]<
            CULong, CK_MECHANISM*, CK_ATTRIBUTE*, CULong, CULong*, CULong>)At(functionList, 58);
        _generateKeyPair = (delegate* unmanaged[Cdecl]<
            CULong, CK_MECHANISM*, CK_ATTRIBUTE*, CULong, CK_ATTRIBUTE*, CULong, CULong*, CULong*, CULong>)
            At(functionList, 59);
        _wrapKey = (delegate* unmanaged[Cdecl]<
            CULong, CK_MECHANISM*, CULong, CULong, byte*, CULong*, CULong>)At(functionList, 60);
        _unwrapKey = (delegate* unmanaged[Cdecl]<
            CULong, CK_MECHANISM*, CULong, byte*, CULong, CK_ATTRIBUTE*, CULong, CULong*, CULong>)At(functionList, 61);
    }

    public override CK_VERSION Version { get; }

    public override CKR C_Initialize(void* pInitArgs)
        => Code(_initialize(pInitArgs));

    public override CKR C_Finalize(void* pReserved)
        => Code(_finalize(pReserved));

    public override CKR C_GetInfo(byte* pInfo)
        => Code(_getInfo(pInfo));

    public override CKR C_GetSlotList(byte tokenPresent, CULong* pSlotList, CULong* pulCount)
        => Code(_getSlotList(tokenPresent, pSlotList, pulCount));

    public override CKR C_GetTokenInfo(CULong slotID, CK_TOKEN_INFO* pInfo)
        => Code(_getTokenInfo(slotID, pInfo));

    public override CKR C_GetMechanismList(CULong slotID, CULong* pMechanismList, CULong* pulCount)
        => Code(_getMechanismList(slotID, pMechanismList, pulCount));

    public override CKR C_GetMechanismInfo(CULong slotID, CULong type, CK_MECHANISM_INFO* pInfo)
        => Code(_getMechanismInfo(slotID, type, pInfo));

    public override CKR C_OpenSession(CULong slotID, CULong flags, void* pApplication, void* notify, CULong* phSession)
        => Code(_openSession(slotID, flags, pApplication, notify, phSession));

    public override CKR C_CloseSession(CULong hSession)
        => Code(_closeSession(hSession));

    public override CKR C_GetSessionInfo(CULong hSession, CK_SESSION_INFO* pInfo)
        => Code(_getSessionInfo(hSession, pInfo));

    public override CKR C_Login(CULong hSession, CULong userType, byte* pPin, CULong ulPinLen)
        => Code(_login(hSession, userType, pPin, ulPinLen));

    public override CKR C_Logout(CULong hSession)
        => Code(_logout(hSession));

    public override CKR C_CreateObject(CULong hSession, CK_ATTRIBUTE* pTemplate, CULong ulCount, CULong* phObject)
        => Code(_createObject(hSession, pTemplate, ulCount, phObject));

    public override CKR C_DestroyObject(CULong hSession, CULong hObject)
        => Code(_destroyObject(hSession, hObject));

    public override CKR C_GetAttributeValue(CULong hSession, CULong hObject, CK_ATTRIBUTE* pTemplate, CULong ulCount)
        => Code(_getAttributeValue(hSession, hObject, pTemplate, ulCount));

    public override CKR C_FindObjectsInit(CULong hSession, CK_ATTRIBUTE* pTemplate, CULong ulCount)
        => Code(_findObjectsInit(hSession, pTemplate, ulCount));

    public override CKR C_FindObjects(
        CULong hSession, CULong* phObject, CULong ulMaxObjectCount, CULong* pulObjectCount)
        => Code(_findObjects(hSession, phObject, ulMaxObjectCount, pulObjectCount));

    public override CKR C_FindObjectsFinal(CULong hSession)
        => Code(_findObjectsFinal(hSession));

    public override CKR C_EncryptInit(CULong hSession, CK_MECHANISM* pMechanism, CULong hKey)
        => Code(_encryptInit(hSession, pMechanism, hKey));

    public override CKR C_Encrypt(
        CULong hSession, byte* pData, CULong ulDataLen, byte* pEncryptedData, CULong* pulEncryptedDataLen)
        => Code(_encrypt(hSession, pData, ulDataLen, pEncryptedData, pulEncryptedDataLen));

    public override CKR C_DecryptInit(CULong hSession, CK_MECHANISM* pMechanism, CULong hKey)
        => Code(_decryptInit(hSession, pMechanism, hKey));

    public override CKR C_Decrypt(
        CULong hSession, byte* pEncryptedData, CULong ulEncryptedDataLen, byte* pData, CULong* pulDataLen)
        => Code(_decrypt(hSession, pEncryptedData, ulEncryptedDataLen, pData, pulDataLen));

    public override CKR C_SignInit(CULong hSession, CK_MECHANISM* pMechanism, CULong hKey)
        => Code(_signInit(hSession, pMechanism, hKey));

    public override CKR C_Sign(
        CULong hSession, byte* pData, CULong ulDataLen, byte* pSignature, CULong* pulSignatureLen)
        => Code(_sign(hSession, pData, ulDataLen, pSignature, pulSignatureLen));

    public override CKR C_VerifyInit(CULong hSession, CK_MECHANISM* pMechanism, CULong hKey)
        => Code(_verifyInit(hSession, pMechanism, hKey));

    public override CKR C_Verify(
        CULong hSession, byte* pData, CULong ulDataLen, byte* pSignature, CULong ulSignatureLen)
        => Code(_verify(hSession, pData, ulDataLen, pSignature, ulSignatureLen));

    public override CKR C_GenerateKey(
        CULong hSession, CK_MECHANISM* pMechanism, CK_ATTRIBUTE* pTemplate, CULong ulCount, CULong* phKey)
        => Code(_generateKey(hSession, pMechanism, pTemplate, ulCount, phKey));

    public override CKR C_GenerateKeyPair(
        CULong hSession,
        CK_MECHANISM* pMechanism,
        CK_ATTRIBUTE* pPublicKeyTemplate,
        CULong ulPublicKeyAttributeCount,
        CK_ATTRIBUTE* pPrivateKeyTemplate,
        CULong ulPrivateKeyAttributeCount,
        CULong* phPublicKey,
        CULong* phPrivateKey)
        => Code(_generateKeyPair(
            hSession,
            pMechanism,
            pPublicKeyTemplate,
            ulPublicKeyAttributeCount,
            pPrivateKeyTemplate,
            ulPrivateKeyAttributeCount,
            phPublicKey,
            phPrivateKey));

    public override CKR C_WrapKey(
        CULong hSession,
        CK_MECHANISM* pMechanism,
        CULong hWrappingKey,
        CULong hKey,
        byte* pWrappedKey,
        CULong* pulWrappedKeyLen)
        => Code(_wrapKey(hSession, pMechanism, hWrappingKey, hKey, pWrappedKey, pulWrappedKeyLen));

    public override CKR C_UnwrapKey(
        CULong hSession,
        CK_MECHANISM* pMechanism,
        CULong hUnwrappingKey,
        byte* pWrappedKey,
        CULong ulWrappedKeyLen,
        CK_ATTRIBUTE* pTemplate,
        CULong ulAttributeCount,
        CULong* phKey)
        => Code(_unwrapKey(
            hSession, pMechanism, hUnwrappingKey, pWrappedKey, ulWrappedKeyLen, pTemplate, ulAttributeCount, phKey));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static CKR Code(CULong returnValue) => (CKR)unchecked((uint)returnValue.Value);

    private static nint At(byte* functionList, int index)
        => Unsafe.ReadUnaligned<nint>(functionList + s_tableOffset + (index * sizeof(nint)));
}
