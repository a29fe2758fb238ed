using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Keys;
using Appliance.Pkcs11.Modules;

namespace Appliance.Pkcs11;

/// <content>Secrets under a key of the token: AES-GCM, RSA-OAEP, key wrap.</content>
public sealed unsafe partial class Token
{
    private const int GcmIvLength = 12;
    private const int GcmTagLength = 16;
    private const int MaxSecretLength = 4096;
    private const int MaxPortableSecret = 184;
    private const byte OaepSha1 = 1;
    private const byte OaepSha256 = 2;

    /// <summary>What this token can wrap secrets with, best first; empty when nothing.</summary>
    public IReadOnlyList<WrapMechanism> WrapMechanisms
    {
        get
        {
            var usable = new List<WrapMechanism>();
            if (KeyWrapMechanism is not null)
            {
                usable.Add(WrapMechanism.AesKeyWrapPad);
            }

            if (Offers(CKM.CKM_AES_GCM, CKF.CKF_ENCRYPT | CKF.CKF_DECRYPT))
            {
                usable.Add(WrapMechanism.AesGcm);
            }

            if (Offers(CKM.CKM_RSA_PKCS_OAEP, CKF.CKF_DECRYPT))
            {
                usable.Add(WrapMechanism.RsaOaep);
            }

            return usable;
        }
    }

    /// <summary>
    /// RFC 5649 is 0x210B in PKCS#11 3.0. Before, 0x210A was used for it (SoftHSM2); a library that has 0x210B gives
    /// 0x210A another meaning (NSS pads by PKCS#7). Some vendors have a number of their own: the profile's comes first.
    /// </summary>
    private uint? KeyWrapMechanism
        => Profile.KeyWrapPadded.Value is { } known && Offers(known, CKF.CKF_WRAP | CKF.CKF_UNWRAP) ? known
            : Offers(CKM.CKM_AES_KEY_WRAP_KWP, CKF.CKF_WRAP | CKF.CKF_UNWRAP) ? CKM.CKM_AES_KEY_WRAP_KWP
            : Offers(CKM.CKM_AES_KEY_WRAP_PAD, CKF.CKF_WRAP | CKF.CKF_UNWRAP) ? CKM.CKM_AES_KEY_WRAP_PAD
            : null;

    /// <summary>AES-GCM with a random 12-byte IV and 16-byte tag (NIST SP 800-38D).</summary>
    /// <param name="key">AES key of the token.</param>
    /// <param name="plaintext">At most 4096 bytes.</param>
    /// <param name="associatedData">At most 4096 bytes.</param>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public WrappedSecret EncryptAesGcm(
        KeyReference key, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plaintext.Length, MaxSecretLength, nameof(plaintext));
        using var session = OpenSession(readWrite: false);
        var handle = session.FindKey(CKO.CKO_SECRET_KEY, key);
        var iv = RandomNumberGenerator.GetBytes(GcmIvLength);
        var output = new byte[plaintext.Length + GcmTagLength];
        var length = new CULong((uint)output.Length);
        fixed (byte* ivFirst = iv, aadFirst = associatedData, data = plaintext, first = output)
        {
            var parameters = Gcm(ivFirst, aadFirst, associatedData.Length);
            var mechanism = Mechanism(CKM.CKM_AES_GCM, &parameters, sizeof(CK_GCM_PARAMS));
            session.Check(Api.C_EncryptInit(session.Handle, &mechanism, handle), "C_EncryptInit");
            var returnValue = Api.C_Encrypt(
                session.Handle, data, new CULong((uint)plaintext.Length), first, &length);
            session.Check(returnValue, "C_Encrypt");
        }

        return new WrappedSecret(WrapMechanism.AesGcm, iv, output[..(int)length.Value]);
    }

    /// <summary>Undoes <see cref="EncryptAesGcm"/>.</summary>
    /// <exception cref="Pkcs11Exception">Among others: the tag does not match.</exception>
    public LockedMemory DecryptAesGcm(KeyReference key, WrappedSecret secret, ReadOnlySpan<byte> associatedData)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (secret.Iv.Length != GcmIvLength)
        {
            throw new ArgumentException($"The IV has {GcmIvLength} bytes.", nameof(secret));
        }

        using var session = OpenSession(readWrite: false);
        var handle = session.FindKey(CKO.CKO_SECRET_KEY, key);
        fixed (byte* iv = secret.Iv, aad = associatedData)
        {
            var parameters = Gcm(iv, aad, associatedData.Length);
            var mechanism = Mechanism(CKM.CKM_AES_GCM, &parameters, sizeof(CK_GCM_PARAMS));
            return Decrypt(session, handle, &mechanism, secret.Data);
        }
    }

    /// <summary>RSA-OAEP with the public key, in software: no secret of the token is used.</summary>
    /// <param name="key">Key pair made with <see cref="KeyUse.Decrypt"/>.</param>
    /// <param name="plaintext">As long as the modulus allows.</param>
    public WrappedSecret EncryptRsaOaep(KeyReference key, ReadOnlySpan<byte> plaintext)
    {
        ArgumentNullException.ThrowIfNull(key);
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _);
        using var session = OpenSession(readWrite: false);
        var handle = session.FindKey(CKO.CKO_PRIVATE_KEY, key);
        var hash = AcceptsOaep(session, handle, OaepSha256) ? OaepSha256 : OaepSha1;
        var padding = hash == OaepSha256 ? RSAEncryptionPadding.OaepSHA256 : RSAEncryptionPadding.OaepSHA1;
        return new WrappedSecret(WrapMechanism.RsaOaep, [hash], rsa.Encrypt(plaintext, padding));
    }

    /// <summary>Undoes <see cref="EncryptRsaOaep"/> in the token.</summary>
    /// <exception cref="Pkcs11Exception">The token failed, or the ciphertext is not its.</exception>
    public LockedMemory DecryptRsaOaep(KeyReference key, WrappedSecret secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (secret.Iv is not [OaepSha1 or OaepSha256])
        {
            throw new ArgumentException("The hash of RSA-OAEP is not known.", nameof(secret));
        }

        using var session = OpenSession(readWrite: false);
        var handle = session.FindKey(CKO.CKO_PRIVATE_KEY, key);
        var parameters = Oaep(secret.Iv[0]);
        var mechanism = Mechanism(CKM.CKM_RSA_PKCS_OAEP, &parameters, sizeof(CK_RSA_PKCS_OAEP_PARAMS));
        return Decrypt(session, handle, &mechanism, secret.Data);
    }

    /// <summary>Makes a wrapping key for a mechanism: AES-256, or RSA-3072 for RSA-OAEP.</summary>
    /// <returns>
    /// The key, to store beside what it wraps; its id and label (and public key) are needed to unwrap.
    /// </returns>
    public KeyReference GenerateWrappingKey(WrapMechanism mechanism, ReadOnlySpan<byte> id, string label)
    {
        if (mechanism == WrapMechanism.RsaOaep)
        {
            return new KeyReference(id, label, GenerateKeyPair(KeyAlgorithm.Rsa3072, id, label, KeyUse.Decrypt));
        }

        GenerateAesKey(id, label);
        return new KeyReference(id, label);
    }

    /// <summary>Protects a secret (a root key) by a key of the token.</summary>
    /// <param name="wrappingKey">From <see cref="GenerateWrappingKey"/> for the same mechanism.</param>
    /// <param name="mechanism">One of <see cref="WrapMechanisms"/>.</param>
    /// <param name="secret">
    /// 8 to 184 bytes, a multiple of 8, fit every mechanism: SoftHSM2 fills up to 8 before it wraps, so that other
    /// lengths would come back longer.
    /// </param>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    public WrappedSecret WrapSecret(KeyReference wrappingKey, WrapMechanism mechanism, ReadOnlySpan<byte> secret)
    {
        if (secret.IsEmpty || secret.Length > MaxPortableSecret || secret.Length % 8 != 0)
        {
            throw new ArgumentException("A secret to wrap has 8 to 184 bytes, a multiple of 8.", nameof(secret));
        }

        return mechanism switch
        {
            WrapMechanism.AesGcm => EncryptAesGcm(wrappingKey, secret, []),
            WrapMechanism.RsaOaep => EncryptRsaOaep(wrappingKey, secret),
            _ => WrapPassingSecret(wrappingKey, secret),
        };
    }

    /// <summary>Undoes <see cref="WrapSecret"/>.</summary>
    /// <exception cref="Pkcs11Exception">The token failed, or this was wrapped by another key or changed.</exception>
    public LockedMemory UnwrapSecret(KeyReference wrappingKey, WrappedSecret wrapped)
    {
        ArgumentNullException.ThrowIfNull(wrapped);
        return wrapped.Mechanism switch
        {
            WrapMechanism.AesGcm => DecryptAesGcm(wrappingKey, wrapped, []),
            WrapMechanism.RsaOaep => DecryptRsaOaep(wrappingKey, wrapped),
            _ => UnwrapPassingSecret(wrappingKey, wrapped),
        };
    }

    /// <summary>Exports an extractable private key under an AES key (PKCS#8 in RFC 5649).</summary>
    /// <exception cref="NotSupportedException">The token has no RFC 5649 key wrap.</exception>
    /// <exception cref="Pkcs11Exception">CKR_KEY_UNEXTRACTABLE for keys made here, or the token failed.</exception>
    public byte[] Wrap(KeyReference wrappingKey, KeyReference key)
    {
        using var session = OpenSession(readWrite: false);
        return WrapHandle(session, wrappingKey, session.FindKey(CKO.CKO_PRIVATE_KEY, key));
    }

    /// <summary>Imports a private key (PKCS#8 in RFC 5649) as a sensitive, non-extractable signing key.</summary>
    /// <exception cref="NotSupportedException">The token has no RFC 5649 key wrap.</exception>
    /// <exception cref="InvalidOperationException">
    /// It is not the key that the reference names; it is not kept.
    /// </exception>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public void Unwrap(KeyReference wrappingKey, ReadOnlySpan<byte> wrapped, KeyReference key)
    {
        ArgumentNullException.ThrowIfNull(key);
        using var session = OpenSession(readWrite: true);
        RefuseExisting(session, key.Id.Span, key.Label);
        using var template = KeyTemplates.ImportedPrivateKey(key);
        var handle = UnwrapHandle(session, wrappingKey, wrapped, template);
        try
        {
            Prove(session, handle, key, KeyUse.Sign);
        }
        catch
        {
            _ = Api.C_DestroyObject(session.Handle, handle);
            throw;
        }
    }

    private WrappedSecret WrapPassingSecret(KeyReference wrappingKey, ReadOnlySpan<byte> secret)
    {
        using var session = OpenSession(readWrite: false);
        using var template = KeyTemplates.PassingSecret();
        template.Add(CKA.CKA_VALUE, secret);
        CULong handle;
        var returnValue = Api.C_CreateObject(session.Handle, template.Pointer, template.Count, &handle);
        session.Check(returnValue, "C_CreateObject");
        return new WrappedSecret(WrapMechanism.AesKeyWrapPad, [], WrapHandle(session, wrappingKey, handle));
    }

    private LockedMemory UnwrapPassingSecret(KeyReference wrappingKey, WrappedSecret wrapped)
    {
        using var session = OpenSession(readWrite: false);
        using var template = KeyTemplates.PassingSecret();
        var handle = UnwrapHandle(session, wrappingKey, wrapped.Data, template);
        var attribute = new CK_ATTRIBUTE { type = new CULong(CKA.CKA_VALUE) };
        var returnValue = Api.C_GetAttributeValue(session.Handle, handle, &attribute, new CULong(1));
        session.Check(returnValue, "C_GetAttributeValue");
        var secret = LockedMemory.Allocate((int)Math.Clamp(attribute.ulValueLen.Value, 1, MaxSecretLength));
        fixed (byte* first = secret.GetSpan())
        {
            attribute.pValue = first;
            returnValue = Api.C_GetAttributeValue(session.Handle, handle, &attribute, new CULong(1));
        }

        if (returnValue != CKR.CKR_OK)
        {
            secret.Dispose();
        }

        session.Check(returnValue, "C_GetAttributeValue");
        return secret;
    }

    private byte[] WrapHandle(TokenSession session, KeyReference wrappingKey, CULong key)
    {
        var mechanism = KeyWrap;
        var wrapper = session.FindKey(CKO.CKO_SECRET_KEY, wrappingKey);

        // Not asked for its length first: NSS tells one that is too short for what it then writes.
        var output = new byte[WrappedKey.MaxLength];
        var length = new CULong((uint)output.Length);
        fixed (byte* first = output)
        {
            var returnValue = Api.C_WrapKey(session.Handle, &mechanism, wrapper, key, first, &length);
            session.Check(returnValue, "C_WrapKey");
        }

        return output[..(int)length.Value];
    }

    private CULong UnwrapHandle(
        TokenSession session, KeyReference wrappingKey, ReadOnlySpan<byte> wrapped, AttributeTemplate template)
    {
        var mechanism = KeyWrap;
        var wrapper = session.FindKey(CKO.CKO_SECRET_KEY, wrappingKey);
        CULong handle;
        fixed (byte* first = wrapped)
        {
            var returnValue = Api.C_UnwrapKey(
                session.Handle,
                &mechanism,
                wrapper,
                first,
                new CULong((uint)wrapped.Length),
                template.Pointer,
                template.Count,
                &handle);
            session.Check(returnValue, "C_UnwrapKey");
        }

        return handle;
    }

    private LockedMemory Decrypt(TokenSession session, CULong key, CK_MECHANISM* mechanism, ReadOnlySpan<byte> data)
    {
        // Never longer than the ciphertext, for GCM and OAEP alike.
        using var output = LockedMemory.Allocate(data.Length);
        var length = new CULong((uint)output.Length);
        session.Check(Api.C_DecryptInit(session.Handle, mechanism, key), "C_DecryptInit");
        fixed (byte* input = data, first = output.GetSpan())
        {
            var returnValue = Api.C_Decrypt(session.Handle, input, new CULong((uint)data.Length), first, &length);
            session.Check(returnValue, "C_Decrypt");
        }

        return LockedMemory.CopyOf(output.GetSpan()[..checked((int)length.Value)]);
    }

    private bool AcceptsOaep(TokenSession session, CULong key, byte hash)
    {
        var parameters = Oaep(hash);
        var mechanism = Mechanism(CKM.CKM_RSA_PKCS_OAEP, &parameters, sizeof(CK_RSA_PKCS_OAEP_PARAMS));

        // Closing the session, which the caller does next, ends the operation.
        return Api.C_DecryptInit(session.Handle, &mechanism, key) == CKR.CKR_OK;
    }

    private bool Offers(uint mechanism, uint flags)
        => Mechanisms.TryGetValue(mechanism, out var info) && (info.Flags & flags) == flags;

    /// <summary>RFC 5649 by this token's number for it.</summary>
    /// <exception cref="NotSupportedException">It has none.</exception>
    internal CK_MECHANISM KeyWrap
        => new()
        {
            mechanism = new CULong(KeyWrapMechanism
                ?? throw new NotSupportedException($"{Info} has no AES key wrap with padding (RFC 5649).")),
        };

    private static CK_MECHANISM Mechanism(uint type, void* parameters, int length)
        => new()
        {
            mechanism = new CULong(type),
            pParameter = parameters,
            ulParameterLen = new CULong((uint)length),
        };

    private static CK_GCM_PARAMS Gcm(byte* iv, byte* associatedData, int associatedDataLength)
        => new()
        {
            pIv = iv,
            ulIvLen = new CULong(GcmIvLength),
            ulIvBits = new CULong(8 * GcmIvLength),
            pAAD = associatedData,
            ulAADLen = new CULong((uint)associatedDataLength),
            ulTagBits = new CULong(8 * GcmTagLength),
        };

    private static CK_RSA_PKCS_OAEP_PARAMS Oaep(byte hash)
        => new()
        {
            hashAlg = new CULong(hash == OaepSha256 ? CKM.CKM_SHA256 : CKM.CKM_SHA_1),
            mgf = new CULong(hash == OaepSha256 ? CKG.CKG_MGF1_SHA256 : CKG.CKG_MGF1_SHA1),
            source = new CULong(CKG.CKZ_DATA_SPECIFIED),
        };
}
