namespace Appliance.Storage;

/// <summary>The life of a credential. The numbers are stored.</summary>
public enum CredentialState
{
    /// <summary>The key exists; its certificate is awaited.</summary>
    Pending = 0,

    /// <summary>Ready to sign.</summary>
    Enabled = 1,

    /// <summary>Switched off for good.</summary>
    Disabled = 2,

    /// <summary>Switched off for now.</summary>
    Suspended = 3,
}
