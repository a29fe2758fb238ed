using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Keys;
using Appliance.Pkcs11.Modules;

namespace Appliance.Pkcs11;

/// <content>Key pairs that are made here and kept elsewhere, wrapped.</content>
public sealed unsafe partial class Token
{
    /// <summary>True when private keys can be kept outside of this token (RFC 5649).</summary>
    public bool WrapsKeys => KeyWrapMechanism is not null;

    /// <summary>Makes an AES-256 key that stays in the token and does nothing but wrap and unwrap keys.</summary>
    /// <param name="id">CKA_ID, 1 to 64 bytes.</param>
    /// <param name="label">CKA_LABEL.</param>
    /// <exception cref="NotSupportedException">The token has no RFC 5649 key wrap.</exception>
    /// <exception cref="InvalidOperationException">A key of that id and label exists.</exception>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public KeyReference GenerateKeyWrappingKey(ReadOnlySpan<byte> id, string label)
    {
        _ = KeyWrap;
        KeyReference.CheckName(id, label);
        using var template = KeyTemplates.KeyWrappingKey(id, label);
        GenerateAesKey(id, label, template);
        return new KeyReference(id, label);
    }

    /// <summary>
    /// Makes a key pair in a session of its own, wraps the private key, and proves the wrapped one by a signature. When
    /// the session ends, nothing of it is left in the token.
    /// </summary>
    /// <param name="algorithm">Algorithm and size.</param>
    /// <param name="id">CKA_ID of what it becomes when it is unwrapped, 1 to 64 bytes.</param>
    /// <param name="label">CKA_LABEL of the same.</param>
    /// <param name="wrappingKey">From <see cref="GenerateKeyWrappingKey"/>.</param>
    /// <exception cref="NotSupportedException">The token has no RFC 5649 key wrap.</exception>
    /// <exception cref="InvalidOperationException">
    /// There is no such wrapping key, or the wrapped key failed its proof.
    /// </exception>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public WrappedKeyPair GenerateWrappedKeyPair(
        KeyAlgorithm algorithm, ReadOnlySpan<byte> id, string label, KeyReference wrappingKey)
    {
        KeyReference.CheckName(id, label);
        using var session = OpenSession(readWrite: false);
        using var publicTemplate = KeyTemplates.PassingPublicKey(algorithm);
        using var privateTemplate = KeyTemplates.PassingPrivateKey(algorithm);
        var mechanism = new CK_MECHANISM { mechanism = new CULong(KeyTemplates.GenerationMechanism(algorithm)) };
        CULong publicKey;
        CULong privateKey;
        lock (_module.KeyGenerationGate)
        {
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

        var publicKeyInfo = ReadPublicKey(session, publicKey)
            ?? throw new InvalidOperationException($"{Info} does not tell the public key it made.");
        var wrapped = new WrappedKey(wrappingKey, WrapHandle(session, wrappingKey, privateKey));

        // What counts is what comes back, not what went in.
        session.Check(Api.C_DestroyObject(session.Handle, privateKey), "C_DestroyObject");
        var key = new KeyReference(id, label, publicKeyInfo, wrapped);
        Prove(session, UnwrapForSession(session, key, wrapped), key, KeyUse.Sign);
        return new WrappedKeyPair(publicKeyInfo, wrapped);
    }

    private CULong UnwrapForSession(TokenSession session, KeyReference key, WrappedKey wrapped)
    {
        using var template = KeyTemplates.UnwrappedPrivateKey(key, Profile.UnwrapsWithPoint.Value);
        return UnwrapHandle(session, wrapped.WrappingKey, wrapped.Blob.Span, template);
    }
}
