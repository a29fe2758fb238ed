using System.Security.Cryptography;

namespace Appliance.Pkcs11;

/// <content>The key by which slots that failed are tried.</content>
public sealed unsafe partial class Token
{
    /// <summary>CKA_LABEL of probe keys.</summary>
    public const string ProbeKeyLabel = "appliance probe";

    private const int ProbeKeyIdLength = 16;

    /// <summary>
    /// Finds the appliance's probe key, or makes one (P-256, or RSA-2048 where the token has no curves). It signs one
    /// constant that nobody asks for, so that a slot is tried by a real signature without a signer's key.
    /// </summary>
    /// <returns>False when the token has none and makes none: then a session that opens must do as proof.</returns>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    /// <exception cref="TokenLoginException">The login was lost and not regained.</exception>
    public bool EnsureProbeKey()
    {
        ProbeKey ??= FindProbeKey() ?? MakeProbeKey(KeyAlgorithm.EcP256) ?? MakeProbeKey(KeyAlgorithm.Rsa2048);
        return ProbeKey is not null;
    }

    /// <summary>
    /// It is not tried here: a probe does that, and at a start nothing is signed that nobody asked for.
    /// </summary>
    private KeyReference? FindProbeKey()
    {
        foreach (var pair in FindPairs(ProbeKeyLabel))
        {
            foreach (var publicKey in pair.PublicKeys)
            {
                var key = new KeyReference(pair.Id, pair.Label, publicKey);
                if (pair.CanSign && !pair.AsksEachTime)
                {
                    return key;
                }
            }
        }

        return null;
    }

    private KeyReference? MakeProbeKey(KeyAlgorithm algorithm)
    {
        var id = RandomNumberGenerator.GetBytes(ProbeKeyIdLength);
        try
        {
            return new KeyReference(id, ProbeKeyLabel, GenerateKeyPair(algorithm, id, ProbeKeyLabel));
        }
        catch (Exception e) when (e is Pkcs11Exception or InvalidOperationException)
        {
            // A token that lets nobody make keys, or has no such mechanism.
            return null;
        }
    }
}
