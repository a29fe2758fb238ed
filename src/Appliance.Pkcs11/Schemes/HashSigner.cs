using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Keys;
using Appliance.Pkcs11.Policy;

namespace Appliance.Pkcs11.Schemes;

/// <summary>
/// One signature over one hash in one session: C_SignInit and C_Sign, everything on the stack but the answer.
/// </summary>
internal static unsafe class HashSigner
{
    /// <summary>RSA 8192.</summary>
    private const int MaxSignature = 1024;

    /// <summary>Signs.</summary>
    /// <param name="api">Library.</param>
    /// <param name="session">Session, logged in, idle, used by no other thread.</param>
    /// <param name="key">Handle of the private key.</param>
    /// <param name="scheme">How; fits the key.</param>
    /// <param name="shape">The public key's family and size.</param>
    /// <param name="hash">Hash of the scheme's length.</param>
    /// <param name="authenticate">Called between the two for a key that asks for the PIN each time; else null.</param>
    /// <param name="job">Marked as dispatched just before C_Sign.</param>
    /// <param name="signature">The answer; null unless CKR_OK.</param>
    /// <param name="phase">Which call gave the return value.</param>
    /// <returns>
    /// CKR_OK, what the native calls returned, or CKR_SIGNATURE_LEN_RANGE for a signature that is not of the key's
    /// length.
    /// </returns>
    [SkipLocalsInit]
    public static CKR Sign(
        Cryptoki api,
        CULong session,
        CULong key,
        SignatureScheme scheme,
        in PublicKeyShape shape,
        ReadOnlySpan<byte> hash,
        Func<CULong, CKR>? authenticate,
        SignJob? job,
        out byte[]? signature,
        out SignPhase phase)
    {
        signature = null;
        phase = SignPhase.SignInit;
        var input = stackalloc byte[HashFacts.MaxDigestInfoLength];
        var inputLength = Prepare(scheme, shape, hash, new Span<byte>(input, HashFacts.MaxDigestInfoLength));
        CK_RSA_PKCS_PSS_PARAMS pss;
        var mechanism = Mechanism(scheme, &pss);
        var returnValue = api.C_SignInit(session, &mechanism, key);
        if (returnValue != CKR.CKR_OK)
        {
            return returnValue;
        }

        if (authenticate is not null && (returnValue = authenticate(session)) != CKR.CKR_OK)
        {
            phase = SignPhase.Login;
            return returnValue;
        }

        phase = SignPhase.Sign;
        job?.Dispatched = true;
        var output = stackalloc byte[MaxSignature];
        var length = new CULong(MaxSignature);
        returnValue = api.C_Sign(session, input, new CULong((uint)inputLength), output, &length);
        if (returnValue != CKR.CKR_OK)
        {
            return returnValue;
        }

        // A signature of another length than the public key's was made by another key, or by a faulty token.
        var size = shape.RawSignatureSize;
        if (length.Value != (nuint)size)
        {
            return CKR.CKR_SIGNATURE_LEN_RANGE;
        }

        var answer = new ReadOnlySpan<byte>(output, size);
        signature = scheme.Kind == SignatureKind.EcdsaDer ? EcdsaSignature.ToDer(answer) : answer.ToArray();
        return CKR.CKR_OK;
    }

    /// <summary>C_VerifyInit and C_Verify with a public key object.</summary>
    /// <param name="api">Library.</param>
    /// <param name="session">Session.</param>
    /// <param name="key">Handle of the public key.</param>
    /// <param name="scheme">How.</param>
    /// <param name="shape">The public key's family and size.</param>
    /// <param name="hash">Hash.</param>
    /// <param name="signature">As CKM_ECDSA wants it: r || s.</param>
    public static CKR Verify(
        Cryptoki api,
        CULong session,
        CULong key,
        SignatureScheme scheme,
        in PublicKeyShape shape,
        ReadOnlySpan<byte> hash,
        ReadOnlySpan<byte> signature)
    {
        var input = stackalloc byte[HashFacts.MaxDigestInfoLength];
        var inputLength = Prepare(scheme, shape, hash, new Span<byte>(input, HashFacts.MaxDigestInfoLength));
        CK_RSA_PKCS_PSS_PARAMS pss;
        var mechanism = Mechanism(scheme, &pss);
        var returnValue = api.C_VerifyInit(session, &mechanism, key);
        if (returnValue != CKR.CKR_OK)
        {
            return returnValue;
        }

        fixed (byte* first = signature)
        {
            return api.C_Verify(
                session, input, new CULong((uint)inputLength), first, new CULong((uint)signature.Length));
        }
    }

    private static CK_MECHANISM Mechanism(SignatureScheme scheme, CK_RSA_PKCS_PSS_PARAMS* pss)
    {
        switch (scheme.Kind)
        {
            case SignatureKind.RsaPkcs1:
                return new CK_MECHANISM { mechanism = new CULong(CKM.CKM_RSA_PKCS) };
            case SignatureKind.RsaPss:
                pss->hashAlg = new CULong(scheme.Hash.Mechanism);
                pss->mgf = new CULong(scheme.Hash.Mgf);
                pss->sLen = new CULong((uint)scheme.SaltLength);
                return new CK_MECHANISM
                {
                    mechanism = new CULong(CKM.CKM_RSA_PKCS_PSS),
                    pParameter = pss,
                    ulParameterLen = new CULong((uint)sizeof(CK_RSA_PKCS_PSS_PARAMS)),
                };
            default:
                return new CK_MECHANISM { mechanism = new CULong(CKM.CKM_ECDSA) };
        }
    }

    /// <summary>
    /// The bytes the mechanism signs: DigestInfo for PKCS#1 v1.5; for ECDSA the leftmost bytes of the hash up to the
    /// curve's size (FIPS 186-5 section 6.4), which some tokens do not cut themselves.
    /// </summary>
    private static int Prepare(
        SignatureScheme scheme, in PublicKeyShape shape, ReadOnlySpan<byte> hash, Span<byte> input)
    {
        var length = 0;
        switch (scheme.Kind)
        {
            case SignatureKind.RsaPkcs1:
                scheme.Hash.DigestInfoPrefix.CopyTo(input);
                length = scheme.Hash.DigestInfoPrefix.Length;
                break;
            case SignatureKind.EcdsaDer or SignatureKind.EcdsaPlain when hash.Length > shape.SizeBytes:
                hash = hash[..shape.SizeBytes];
                break;
        }

        hash.CopyTo(input[length..]);
        return length + hash.Length;
    }
}
