using System.Runtime.InteropServices;

namespace Appliance.Pkcs11;

/// <summary>A private key found in a token, with what the token tells of it and of its public half.</summary>
public sealed record TokenKeyPair
{
    /// <summary>CKA_ID of the private key; empty where it has none.</summary>
    public required byte[] Id { get; init; }

    /// <summary>CKA_LABEL of the private key.</summary>
    public required string Label { get; init; }

    /// <summary>CKA_SIGN; false also where the token does not say.</summary>
    public required bool CanSign { get; init; }

    /// <summary>
    /// True when the key may leave the token: CKA_EXTRACTABLE, or not CKA_SENSITIVE, or the token does not say.
    /// </summary>
    public required bool IsExtractable { get; init; }

    /// <summary>CKA_ALWAYS_AUTHENTICATE: it asks for the PIN again for each signature.</summary>
    public required bool AsksEachTime { get; init; }

    /// <summary>
    /// DER SubjectPublicKeyInfo of each public key that may be its other half: of the public key objects with its id,
    /// and of an RSA key itself. Empty where the token tells none. Only a signature proves one.
    /// </summary>
    public required IReadOnlyList<byte[]> PublicKeys { get; init; }

    internal CULong Handle { get; init; }
}
