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

    /// <summary>MAC of the rows that say where a signer is reached.</summary>
    public const string Contacts = "contacts";

    /// <summary>AES-256-GCM of messages that wait to be delivered.</summary>
    public const string Notices = "notices";

    /// <summary>Digests of codes that were sent and of one-time links.</summary>
    public const string Codes = "codes";

    /// <summary>MAC of the rows that say what a client application may do.</summary>
    public const string ClientRows = "client-rows";

    /// <summary>MAC of the rows of approvals.</summary>
    public const string ApprovalRows = "approval-rows";

    /// <summary>MAC of the rows that say what is known of an organisation.</summary>
    public const string OrganisationRows = "organisation-rows";

    /// <summary>MAC over the public key that audit seals are verified by.</summary>
    public const string AuditSealKey = "audit-seal-key";

    /// <summary>MAC over the name of the key that credentials' keys are wrapped under.</summary>
    public const string KeyWrappingKey = "key-wrapping-key";

    /// <summary>MAC of the rows that say who is an admin.</summary>
    public const string AdminRows = "admin-rows";
}
