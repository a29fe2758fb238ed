namespace Appliance.Pkcs11;

/// <summary>
/// One token: login and administration. Each operation opens a short session of its own and may come from any thread;
/// signing at volume belongs to <see cref="SlotGroup"/>. A keeper session stays open so that the login, which is the
/// application's and not the session's, survives the others.
/// </summary>
public sealed class Token : IDisposable
{
    internal Token(TokenInfo info) => Info = info;

    /// <summary>As read when the token was opened; <see cref="ReadInfo"/> asks again.</summary>
    public TokenInfo Info { get; }

    /// <summary>Mechanisms by CKM_ value.</summary>
    public IReadOnlyDictionary<uint, MechanismInfo> Mechanisms => throw new NotSupportedException();

    /// <summary>True after a login that has not been lost.</summary>
    public bool IsLoggedIn => throw new NotSupportedException();

    /// <summary>Reads C_GetTokenInfo anew, for example for the PIN flags.</summary>
    public TokenInfo ReadInfo() => throw new NotSupportedException();

    /// <summary>
    /// Logs the user in and keeps the source for later re-logins, which never force. The token's flags are read first;
    /// a PIN refused before is not tried. Already logged in is success.
    /// </summary>
    /// <param name="pin">Where the PIN comes from; the token disposes it.</param>
    /// <param name="refused">Memory of refused PINs.</param>
    /// <param name="force">Try although few attempts are left or the PIN was refused before; never the last one.</param>
    /// <exception cref="TokenLoginException">Refused, by the token or before it was asked.</exception>
    public void Login(PinSource pin, RefusedPins refused, bool force = false) => throw new NotSupportedException();

    /// <summary>
    /// Makes a key pair that stays in the token: private, sensitive, not extractable, for one use; proven by a
    /// signature (pairwise consistency) before it is returned. One generation runs at a time per module.
    /// </summary>
    /// <param name="algorithm">Algorithm and size.</param>
    /// <param name="id">CKA_ID, 1 to 64 bytes, not in use with this label.</param>
    /// <param name="label">CKA_LABEL, at most 128 characters.</param>
    /// <param name="use">Signing by default.</param>
    /// <returns>DER SubjectPublicKeyInfo.</returns>
    /// <exception cref="InvalidOperationException">A key of that id and label exists.</exception>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public byte[] GenerateKeyPair(
        KeyAlgorithm algorithm, ReadOnlySpan<byte> id, string label, KeyUse use = KeyUse.Sign)
        => throw new NotSupportedException();

    /// <summary>Makes an AES-256 key that stays in the token, to wrap and encrypt with.</summary>
    public void GenerateAesKey(ReadOnlySpan<byte> id, string label) => throw new NotSupportedException();

    /// <summary>Signs one hash in a session of its own.</summary>
    public byte[] Sign(KeyReference key, SignatureScheme scheme, ReadOnlySpan<byte> hash)
        => throw new NotSupportedException();

    /// <summary>Verifies in the token (C_Verify) with the public key object of that id and label.</summary>
    public bool Verify(
        KeyReference key, SignatureScheme scheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
        => throw new NotSupportedException();

    /// <summary>Keys by id and label; null asks for any.</summary>
    public IReadOnlyList<TokenKey> FindKeys(byte[]? id = null, string? label = null)
        => throw new NotSupportedException();

    /// <summary>Destroys private, public and secret key objects of that id and label.</summary>
    /// <returns>How many.</returns>
    public int DestroyKey(ReadOnlySpan<byte> id, string label) => throw new NotSupportedException();

    /// <summary>AES-GCM with a random 12-byte IV and 16-byte tag.</summary>
    public WrappedSecret EncryptAesGcm(
        KeyReference key, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData)
        => throw new NotSupportedException();

    /// <summary>Undoes <see cref="EncryptAesGcm"/>.</summary>
    /// <exception cref="Pkcs11Exception">Among others: the tag does not match.</exception>
    public LockedMemory DecryptAesGcm(KeyReference key, WrappedSecret secret, ReadOnlySpan<byte> associatedData)
        => throw new NotSupportedException();

    /// <summary>RSA-OAEP with the public key, in software: no secret of the token is used.</summary>
    public WrappedSecret EncryptRsaOaep(KeyReference key, ReadOnlySpan<byte> plaintext)
        => throw new NotSupportedException();

    /// <summary>Undoes <see cref="EncryptRsaOaep"/> in the token.</summary>
    public LockedMemory DecryptRsaOaep(KeyReference key, WrappedSecret secret) => throw new NotSupportedException();

    /// <summary>What this token can wrap secrets with, best first; empty when nothing.</summary>
    public IReadOnlyList<WrapMechanism> WrapMechanisms => throw new NotSupportedException();

    /// <summary>Makes a wrapping key for a mechanism: AES-256, or RSA-3072 for RSA-OAEP.</summary>
    /// <returns>The key, to store beside what it wraps; its id and label (and public key) are needed to unwrap.</returns>
    public KeyReference GenerateWrappingKey(WrapMechanism mechanism, ReadOnlySpan<byte> id, string label)
        => throw new NotSupportedException();

    /// <summary>Protects a secret (a root key) by a key of the token.</summary>
    public WrappedSecret WrapSecret(KeyReference wrappingKey, WrapMechanism mechanism, ReadOnlySpan<byte> secret)
        => throw new NotSupportedException();

    /// <summary>Undoes <see cref="WrapSecret"/>.</summary>
    public LockedMemory UnwrapSecret(KeyReference wrappingKey, WrappedSecret wrapped)
        => throw new NotSupportedException();

    /// <summary>Exports an extractable private key under an AES key (PKCS#8 in RFC 5649).</summary>
    public byte[] Wrap(KeyReference wrappingKey, KeyReference key) => throw new NotSupportedException();

    /// <summary>Imports a private key (PKCS#8 in RFC 5649) as a sensitive, non-extractable signing key.</summary>
    public void Unwrap(KeyReference wrappingKey, ReadOnlySpan<byte> wrapped, KeyReference key)
        => throw new NotSupportedException();

    /// <summary>Closes the keeper session. Dispose slot groups first.</summary>
    public void Dispose()
    {
    }
}
