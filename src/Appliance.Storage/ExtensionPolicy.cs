namespace Appliance.Storage;

/// <summary>Which hashes extendTransaction may add to what the signer authorised. The numbers are stored.</summary>
public enum ExtensionPolicy
{
    /// <summary>None: an extension gives what is left a longer life, and nothing else.</summary>
    None = 0,

    /// <summary>
    /// As many as the signer authorised without naming their hashes, 9 at most: documents that sign in turn what the
    /// signatures before made of them. The default for persons.
    /// </summary>
    Nested = 1,

    /// <summary>Any, as many as signatures are left: for seals of organisations.</summary>
    Seal = 2,
}
