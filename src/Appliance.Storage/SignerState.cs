namespace Appliance.Storage;

/// <summary>What a signer may do. The numbers are stored.</summary>
public enum SignerState
{
    /// <summary>Everything its credentials allow.</summary>
    Active = 0,

    /// <summary>Nothing may be authorised or signed until an operator lifts it.</summary>
    Limited = 1,

    /// <summary>
    /// Nothing is done with its data but keeping it (GDPR article 18): as limited, and nothing is sent to it either.
    /// </summary>
    Restricted = 2,

    /// <summary>Its personal data are gone for good (GDPR article 17); what it signed stays evidence.</summary>
    Erased = 3,
}
