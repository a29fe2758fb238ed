namespace Appliance.Pkcs11.Sessions;

/// <summary>What a signature that the token made is worth.</summary>
internal enum SignatureVerdict
{
    /// <summary>There is none: a call failed.</summary>
    None,

    /// <summary>It verifies, or is no sample.</summary>
    Good,

    /// <summary>It does not verify, by an object that bears the key's name and was never proven to sign so.</summary>
    OfAnotherKey,

    /// <summary>It does not verify, by a key that was proven to sign so.</summary>
    Wrong,
}
