namespace Appliance.Signing.Keys;

/// <summary>
/// What a key derived from the root key is for. One purpose, one key: they are HKDF info strings, so a new use gets a
/// new constant and never shares a key.
/// </summary>
public static class KeyPurpose
{
    /// <summary>MAC of the SAD envelopes.</summary>
    public const string Sad = "sad";

    /// <summary>MAC of the ledger's activation rows.</summary>
    public const string ActivationRows = "activation-rows";

    /// <summary>MAC that links a credential to its signer and its public key.</summary>
    public const string CredentialLink = "credential-link";

    /// <summary>AES-256-GCM of TOTP secrets.</summary>
    public const string TotpSecret = "totp-secret";

    /// <summary>MAC of the rows that say who is an admin.</summary>
    public const string AdminRows = "admin-rows";
}
