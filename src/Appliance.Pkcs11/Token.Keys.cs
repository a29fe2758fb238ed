using System.Formats.Asn1;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Keys;
using Appliance.Pkcs11.Modules;
using Appliance.Pkcs11.Schemes;
using Appliance.Pkcs11.Sessions;

namespace Appliance.Pkcs11;

/// <content>Keys: generate, find, destroy; single signatures.</content>
public sealed unsafe partial class Token
{
    private const int MaxFound = 100_000;

    /// <summary>
    /// Makes a key pair that stays in the token: private, sensitive, not extractable, for one use; proven by a
    /// signature (pairwise consistency) before it is returned. One generation runs at a time per module.
    /// </summary>
    /// <param name="algorithm">Algorithm and size.</param>
    /// <param name="id">CKA_ID, 1 to 64 bytes, not in use with this label.</param>
    /// <param name="label">CKA_LABEL, at most 128 characters.</param>
    /// <param name="use">Signing by default.</param>
    /// <returns>DER SubjectPublicKeyInfo.</returns>
    /// <exception cref="InvalidOperationException">
    /// A key of that id and label exists, or the new key failed its proof (it is destroyed again).
    /// </exception>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public byte[] GenerateKeyPair(
        KeyAlgorithm algorithm, ReadOnlySpan<byte> id, string label, KeyUse use = KeyUse.Sign)
    {
        KeyReference.CheckName(id, label);
        using var session = OpenSession(readWrite: true);
        using var publicTemplate = KeyTemplates.PublicKey(algorithm, id, label, use);
        using var privateTemplate = KeyTemplates.PrivateKey(algorithm, id, label, use);
        var mechanism = new CK_MECHANISM { mechanism = new CULong(KeyTemplates.GenerationMechanism(algorithm)) };
        CULong publicKey;
        CULong privateKey;
        lock (_module.KeyGenerationGate)
        {
            RefuseExisting(session, id, label);
            var returnValue = Api.C_GenerateKeyPair(
                session.Handle,
                &mechanism,
                publicTemplate.Pointer,
                publicTemplate.Count,
                privateTemplate.Pointer,
                privateTemplate.Count,
                &publicKey,
                &privateKey);
            session.Check(returnValue, "C_GenerateKeyPair");
        }

        try
        {
            var publicKeyInfo = ReadPublicKey(session, publicKey)
                ?? throw new InvalidOperationException($"{Info} does not tell the public key it made.");
            Prove(session, privateKey, new KeyReference(id, label, publicKeyInfo), use);
            return publicKeyInfo;
        }
        catch
        {
            _ = Api.C_DestroyObject(session.Handle, privateKey);
            _ = Api.C_DestroyObject(session.Handle, publicKey);
            throw;
        }
    }

    /// <summary>Makes an AES-256 key that stays in the token, to wrap and encrypt with.</summary>
    /// <exception cref="InvalidOperationException">A key of that id and label exists.</exception>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public void GenerateAesKey(ReadOnlySpan<byte> id, string label)
    {
        KeyReference.CheckName(id, label);
        using var template = KeyTemplates.WrappingKey(id, label);
        GenerateAesKey(id, label, template);
    }

    private void GenerateAesKey(ReadOnlySpan<byte> id, string label, AttributeTemplate template)
    {
        using var session = OpenSession(readWrite: true);
        var mechanism = new CK_MECHANISM { mechanism = new CULong(CKM.CKM_AES_KEY_GEN) };
        CULong key;
        lock (_module.KeyGenerationGate)
        {
            RefuseExisting(session, id, label);
            var returnValue = Api.C_GenerateKey(session.Handle, &mechanism, template.Pointer, template.Count, &key);
            session.Check(returnValue, "C_GenerateKey");
        }
    }

    /// <summary>Signs one hash in a session of its own.</summary>
    /// <exception cref="ArgumentException">The scheme does not fit the key, or the hash's length is wrong.</exception>
    /// <exception cref="InvalidOperationException">No such key, or its signature does not verify.</exception>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public byte[] Sign(KeyReference key, SignatureScheme scheme, ReadOnlySpan<byte> hash)
    {
        CheckFit(key, scheme, hash);
        using var session = OpenSession(readWrite: false);
        var handle = key.Wrapped is { } wrapped
            ? UnwrapForSession(session, key, wrapped)
            : session.FindKey(CKO.CKO_PRIVATE_KEY, key);
        var asks = KeyFinder.AsksEachTime(Api, session.Handle, Info, handle);
        var returnValue = HashSigner.Sign(
            Api,
            session.Handle,
            handle,
            scheme,
            key.Shape,
            hash,
            asks ? Authenticate : null,
            job: null,
            out var signature,
            out _);
        session.Check(returnValue, "C_Sign");
        return PublicKeyVerifier.Verify(key, scheme, hash, signature)
            ? signature!
            : throw new InvalidOperationException($"The signature by {key} of {Info} does not verify.");
    }

    /// <summary>Verifies in the token (C_Verify) with the public key object of that id and label.</summary>
    /// <exception cref="ArgumentException">The scheme does not fit the key, or the hash's length is wrong.</exception>
    /// <exception cref="InvalidOperationException">No such key.</exception>
    /// <exception cref="Pkcs11Exception">The token failed, other than by refusing the signature.</exception>
    public bool Verify(
        KeyReference key, SignatureScheme scheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        CheckFit(key, scheme, hash);
        if (scheme.Kind == SignatureKind.EcdsaDer)
        {
            var plain = new byte[key.Shape.RawSignatureSize];
            if (!EcdsaSignature.TryToPlain(signature, plain))
            {
                return false;
            }

            signature = plain;
        }

        using var session = OpenSession(readWrite: false);
        var handle = session.FindKey(CKO.CKO_PUBLIC_KEY, key);
        var returnValue = HashSigner.Verify(Api, session.Handle, handle, scheme, key.Shape, hash, signature);
        if (returnValue is CKR.CKR_SIGNATURE_INVALID or CKR.CKR_SIGNATURE_LEN_RANGE)
        {
            return false;
        }

        session.Check(returnValue, "C_Verify");
        return true;
    }

    /// <summary>Keys by id and label; null asks for any. At most 100,000.</summary>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public IReadOnlyList<TokenKey> FindKeys(byte[]? id = null, string? label = null)
    {
        using var session = OpenSession(readWrite: false);
        var keys = new List<TokenKey>();
        foreach (var keyClass in (ReadOnlySpan<TokenKeyClass>)
            [TokenKeyClass.Public, TokenKeyClass.Private, TokenKeyClass.Secret])
        {
            foreach (var handle in session.FindKeys((uint)keyClass, id, label, MaxFound))
            {
                keys.Add(new TokenKey(
                    keyClass,
                    session.Get(handle, CKA.CKA_ID) ?? [],
                    Encoding.UTF8.GetString(session.Get(handle, CKA.CKA_LABEL) ?? []),
                    session.GetNumber(handle, CKA.CKA_KEY_TYPE) ?? uint.MaxValue,
                    keyClass == TokenKeyClass.Public ? ReadPublicKey(session, handle) : null));
            }
        }

        return keys;
    }

    /// <summary>Destroys private, public and secret key objects of that id and label.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public int DestroyKey(ReadOnlySpan<byte> id, string label)
    {
        KeyReference.CheckName(id, label);
        using var session = OpenSession(readWrite: true);
        var destroyed = 0;
        foreach (var keyClass in (ReadOnlySpan<uint>)[CKO.CKO_PRIVATE_KEY, CKO.CKO_PUBLIC_KEY, CKO.CKO_SECRET_KEY])
        {
            foreach (var handle in session.FindKeys(keyClass, id, label, MaxFound))
            {
                session.Check(Api.C_DestroyObject(session.Handle, handle), "C_DestroyObject");
                destroyed++;
            }
        }

        return destroyed;
    }

    internal static void CheckFit(KeyReference key, SignatureScheme scheme, ReadOnlySpan<byte> hash)
    {
        if (!scheme.Fits(key))
        {
            throw new ArgumentException($"{scheme.Kind} does not fit {key}.", nameof(scheme));
        }

        if (hash.Length != scheme.HashLength)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture, $"A {scheme.HashAlgorithm.Name} hash has {scheme.HashLength} bytes."),
                nameof(hash));
        }
    }

    private void RefuseExisting(TokenSession session, ReadOnlySpan<byte> id, string label)
    {
        if (session.FindKeys(keyClass: null, id, label, limit: 1).Count > 0)
        {
            throw new InvalidOperationException($"{Info} already has an object \"{label}\" with this id.");
        }
    }

    /// <summary>
    /// Pairwise consistency (FIPS 140-3 IG 10.3.A), with a hash that nobody can mistake for a document's.
    /// </summary>
    private void Prove(TokenSession session, CULong privateKey, KeyReference key, KeyUse use)
    {
        if (use != KeyUse.Sign)
        {
            return;
        }

        var scheme = new SignatureScheme(
            key.IsRsa ? SignatureKind.RsaPkcs1 : SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);
        var hash = RandomNumberGenerator.GetBytes(scheme.HashLength);
        var returnValue = HashSigner.Sign(
            Api,
            session.Handle,
            privateKey,
            scheme,
            key.Shape,
            hash,
            authenticate: null,
            job: null,
            out var signature,
            out _);
        session.Check(returnValue, "C_Sign");
        if (!PublicKeyVerifier.Verify(key, scheme, hash, signature))
        {
            throw new InvalidOperationException($"{Info} made {key} whose signature does not verify.");
        }
    }

    /// <summary>Null for keys of other families and for curves that are not named.</summary>
    private static byte[]? ReadPublicKey(TokenSession session, CULong handle)
    {
        try
        {
            return BuildPublicKey(session, handle);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static byte[]? BuildPublicKey(TokenSession session, CULong handle)
        => session.GetNumber(handle, CKA.CKA_KEY_TYPE) switch
        {
            CKK.CKK_RSA when session.Get(handle, CKA.CKA_MODULUS) is { } modulus
                && session.Get(handle, CKA.CKA_PUBLIC_EXPONENT) is { } exponent
                => SubjectPublicKeyInfoWriter.Rsa(modulus, exponent),
            CKK.CKK_EC when session.Get(handle, CKA.CKA_EC_PARAMS) is { } parameters
                && session.Get(handle, CKA.CKA_EC_POINT) is { } point
                => SubjectPublicKeyInfoWriter.Ec(parameters, point),
            _ => null,
        };
}
