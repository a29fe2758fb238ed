using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <content>Operations with keys: encrypt, sign, verify, generate, wrap.</content>
internal sealed unsafe partial class RemoteCryptoki
{
    public override CKR C_EncryptInit(CULong hSession, CK_MECHANISM* pMechanism, CULong hKey)
        => Init(HostedFunction.C_EncryptInit, hSession, pMechanism, hKey);

    public override CKR C_Encrypt(
        CULong hSession, byte* pData, CULong ulDataLen, byte* pEncryptedData, CULong* pulEncryptedDataLen)
        => Operate(HostedFunction.C_Encrypt, hSession, pData, ulDataLen, pEncryptedData, pulEncryptedDataLen);

    public override CKR C_DecryptInit(CULong hSession, CK_MECHANISM* pMechanism, CULong hKey)
        => Init(HostedFunction.C_DecryptInit, hSession, pMechanism, hKey);

    public override CKR C_Decrypt(
        CULong hSession, byte* pEncryptedData, CULong ulEncryptedDataLen, byte* pData, CULong* pulDataLen)
        => Operate(HostedFunction.C_Decrypt, hSession, pEncryptedData, ulEncryptedDataLen, pData, pulDataLen);

    public override CKR C_SignInit(CULong hSession, CK_MECHANISM* pMechanism, CULong hKey)
        => Init(HostedFunction.C_SignInit, hSession, pMechanism, hKey);

    public override CKR C_Sign(
        CULong hSession, byte* pData, CULong ulDataLen, byte* pSignature, CULong* pulSignatureLen)
        => Operate(HostedFunction.C_Sign, hSession, pData, ulDataLen, pSignature, pulSignatureLen);

    public override CKR C_VerifyInit(CULong hSession, CK_MECHANISM* pMechanism, CULong hKey)
        => Init(HostedFunction.C_VerifyInit, hSession, pMechanism, hKey);

    public override CKR C_Verify(
        CULong hSession, byte* pData, CULong ulDataLen, byte* pSignature, CULong ulSignatureLen)
    {
        using var call = Begin(HostedFunction.C_Verify, hSession);
        call.Request.Bytes(new ReadOnlySpan<byte>(pData, (int)ulDataLen.Value));
        call.Request.Bytes(new ReadOnlySpan<byte>(pSignature, (int)ulSignatureLen.Value));
        return call.InvokeOnly();
    }

    public override CKR C_GenerateKey(
        CULong hSession, CK_MECHANISM* pMechanism, CK_ATTRIBUTE* pTemplate, CULong ulCount, CULong* phKey)
    {
        using var call = Begin(HostedFunction.C_GenerateKey, hSession);
        call.Request.Mechanism(pMechanism);
        call.Request.Template(pTemplate, ulCount);
        return Handle(call, phKey);
    }

    public override CKR C_GenerateKeyPair(
        CULong hSession,
        CK_MECHANISM* pMechanism,
        CK_ATTRIBUTE* pPublicKeyTemplate,
        CULong ulPublicKeyAttributeCount,
        CK_ATTRIBUTE* pPrivateKeyTemplate,
        CULong ulPrivateKeyAttributeCount,
        CULong* phPublicKey,
        CULong* phPrivateKey)
    {
        using var call = Begin(HostedFunction.C_GenerateKeyPair, hSession);
        call.Request.Mechanism(pMechanism);
        call.Request.Template(pPublicKeyTemplate, ulPublicKeyAttributeCount);
        call.Request.Template(pPrivateKeyTemplate, ulPrivateKeyAttributeCount);
        var returnValue = call.Invoke();
        if (returnValue == CKR.CKR_OK)
        {
            *phPublicKey = new CULong((nuint)call.ReadNumber());
            *phPrivateKey = new CULong((nuint)call.ReadNumber());
        }

        return call.End(returnValue);
    }

    public override CKR C_WrapKey(
        CULong hSession,
        CK_MECHANISM* pMechanism,
        CULong hWrappingKey,
        CULong hKey,
        byte* pWrappedKey,
        CULong* pulWrappedKeyLen)
    {
        using var call = Begin(HostedFunction.C_WrapKey, hSession);
        call.Request.Mechanism(pMechanism);
        call.Number(hWrappingKey).Number(hKey);
        return Output(call, pWrappedKey, pulWrappedKeyLen);
    }

    public override CKR C_UnwrapKey(
        CULong hSession,
        CK_MECHANISM* pMechanism,
        CULong hUnwrappingKey,
        byte* pWrappedKey,
        CULong ulWrappedKeyLen,
        CK_ATTRIBUTE* pTemplate,
        CULong ulAttributeCount,
        CULong* phKey)
    {
        using var call = Begin(HostedFunction.C_UnwrapKey, hSession);
        call.Request.Mechanism(pMechanism);
        call.Number(hUnwrappingKey);
        call.Request.Bytes(new ReadOnlySpan<byte>(pWrappedKey, (int)ulWrappedKeyLen.Value));
        call.Request.Template(pTemplate, ulAttributeCount);
        return Handle(call, phKey);
    }

    private CKR Init(HostedFunction function, CULong session, CK_MECHANISM* mechanism, CULong key)
    {
        using var call = Begin(function, session);
        call.Request.Mechanism(mechanism);
        call.Number(key);
        return call.InvokeOnly();
    }

    private CKR Operate(
        HostedFunction function, CULong session, byte* input, CULong inputLength, byte* output, CULong* outputLength)
    {
        using var call = Begin(function, session);
        call.Request.Bytes(new ReadOnlySpan<byte>(input, (int)inputLength.Value));
        return Output(call, output, outputLength);
    }

    /// <summary>Room there, length and bytes back: only the length without room.</summary>
    private static CKR Output(RemoteCall call, byte* output, CULong* length)
    {
        var room = output is null ? 0 : Math.Min(length->Value, (nuint)RemoteCall.MaxOutput);
        call.Request.Flag(output is not null).UInt64(room);
        var returnValue = call.Invoke();
        if (returnValue is CKR.CKR_OK or CKR.CKR_BUFFER_TOO_SMALL)
        {
            var needed = call.ReadNumber();
            call.ReadBytes(output, room);

            // What CKR_OK says is there must fit where it is said to be.
            *length = new CULong(returnValue == CKR.CKR_OK && output is not null
                ? (nuint)Math.Min(needed, room)
                : (nuint)Math.Min(needed, RemoteCall.MaxOutput));
        }

        return call.End(returnValue);
    }
}
