using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Keys;
using Appliance.Pkcs11.Modules;
using Appliance.Pkcs11.Schemes;

namespace Appliance.Pkcs11;

/// <content>Keys and certificates that others put there.</content>
public sealed unsafe partial class Token
{
    private const uint X509 = 0;

    /// <summary>All private keys and certificates of the token, in one session.</summary>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public TokenInventory ReadInventory()
    {
        using var session = OpenSession(readWrite: false);
        var publicKeys = new Dictionary<string, List<byte[]>>(StringComparer.Ordinal);
        foreach (var handle in session.FindKeys(CKO.CKO_PUBLIC_KEY, [], label: null, MaxFound))
        {
            if (ReadPublicKey(session, handle) is { } info)
            {
                var id = Convert.ToHexString(session.Get(handle, CKA.CKA_ID) ?? []);
                if (!publicKeys.TryGetValue(id, out var list))
                {
                    publicKeys.Add(id, list = []);
                }

                list.Add(info);
            }
        }

        var keys = new List<TokenKeyPair>();
        foreach (var handle in session.FindKeys(CKO.CKO_PRIVATE_KEY, [], label: null, MaxFound))
        {
            keys.Add(ReadPair(session, handle, publicKeys));
        }

        var certificates = new List<TokenCertificate>();
        foreach (var handle in session.FindKeys(CKO.CKO_CERTIFICATE, [], label: null, MaxFound))
        {
            if (session.GetNumber(handle, CKA.CKA_CERTIFICATE_TYPE) is null or X509
                && session.Get(handle, CKA.CKA_VALUE) is { Length: > 0 } der)
            {
                certificates.Add(new TokenCertificate(
                    session.Get(handle, CKA.CKA_ID) ?? [], LabelOf(session, handle), der));
            }
        }

        return new TokenInventory(keys, certificates);
    }

    /// <summary>The private keys of a label, with the public keys of their ids; other keys cost nothing.</summary>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    public IReadOnlyList<TokenKeyPair> FindPairs(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        using var session = OpenSession(readWrite: false);
        var publicKeys = new Dictionary<string, List<byte[]>>(StringComparer.Ordinal);
        var pairs = new List<TokenKeyPair>();
        foreach (var handle in session.FindKeys(CKO.CKO_PRIVATE_KEY, [], label, MaxFound))
        {
            var id = session.Get(handle, CKA.CKA_ID) ?? [];
            if (id.Length > 0)
            {
                publicKeys[Convert.ToHexString(id)] =
                [
                    .. session.FindKeys(CKO.CKO_PUBLIC_KEY, id, label: null, MaxFound)
                        .Select(found => ReadPublicKey(session, found)).OfType<byte[]>(),
                ];
            }

            pairs.Add(ReadPair(session, handle, publicKeys));
        }

        return pairs;
    }

    /// <summary>
    /// One signature over a random hash, verified with a public key: whether it is the other half of a private key.
    /// </summary>
    /// <param name="pair">Found in this token.</param>
    /// <param name="key">The public key that it shall have.</param>
    /// <exception cref="Pkcs11Exception">The token refused to sign, or failed.</exception>
    public bool Prove(TokenKeyPair pair, KeyReference key)
    {
        ArgumentNullException.ThrowIfNull(pair);
        ArgumentNullException.ThrowIfNull(key);
        using var session = OpenSession(readWrite: false);
        var scheme = new SignatureScheme(
            key.IsRsa ? SignatureKind.RsaPkcs1 : SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);
        var hash = RandomNumberGenerator.GetBytes(scheme.HashLength);
        var returnValue = HashSigner.Sign(
            Api,
            session.Handle,
            pair.Handle,
            scheme,
            key.Shape,
            hash,
            pair.AsksEachTime ? Authenticate : null,
            job: null,
            out var signature,
            out _);

        // Of another family or size than the public key: then the answer is no.
        if (returnValue is CKR.CKR_KEY_TYPE_INCONSISTENT or CKR.CKR_KEY_SIZE_RANGE
            or CKR.CKR_SIGNATURE_LEN_RANGE)
        {
            return false;
        }

        session.Check(returnValue, "C_Sign");
        return PublicKeyVerifier.Verify(key, scheme, hash, signature);
    }

    private static TokenKeyPair ReadPair(
        TokenSession session, CULong handle, Dictionary<string, List<byte[]>> publicKeys)
    {
        var id = session.Get(handle, CKA.CKA_ID) ?? [];

        // The modulus stands in the private key; of the public keys with its id only that one can be meant.
        var own = session.GetNumber(handle, CKA.CKA_KEY_TYPE) == CKK.CKK_RSA ? ReadPublicKey(session, handle) : null;
        return new TokenKeyPair
        {
            Id = id,
            Label = LabelOf(session, handle),
            CanSign = Flag(session, handle, CKA.CKA_SIGN) == true,
            IsExtractable = Flag(session, handle, CKA.CKA_EXTRACTABLE) != false
                || Flag(session, handle, CKA.CKA_SENSITIVE) != true,
            AsksEachTime = Flag(session, handle, CKA.CKA_ALWAYS_AUTHENTICATE) == true,
            PublicKeys = own is not null
                ? [own]
                : id.Length > 0 && publicKeys.TryGetValue(Convert.ToHexString(id), out var found) ? found : [],
            Handle = handle,
        };
    }

    private static string LabelOf(TokenSession session, CULong handle)
        => Encoding.UTF8.GetString(session.Get(handle, CKA.CKA_LABEL) ?? []);

    private static bool? Flag(TokenSession session, CULong handle, uint type)
        => session.Get(handle, type) is [var value] ? value != 0 : null;
}
