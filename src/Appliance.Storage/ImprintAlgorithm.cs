namespace Appliance.Storage;

/// <summary>
/// The hash algorithm of a time stamp's message imprint (RFC 3161 2.4.1). The numbers are places in a row.
/// </summary>
public enum ImprintAlgorithm
{
    /// <summary>SHA-256.</summary>
    Sha256 = 0,

    /// <summary>SHA-384.</summary>
    Sha384 = 1,

    /// <summary>SHA-512.</summary>
    Sha512 = 2,

    /// <summary>SHA3-256.</summary>
    Sha3Of256 = 3,

    /// <summary>SHA3-384.</summary>
    Sha3Of384 = 4,

    /// <summary>SHA3-512.</summary>
    Sha3Of512 = 5,
}
