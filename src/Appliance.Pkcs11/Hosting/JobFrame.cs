namespace Appliance.Pkcs11.Hosting;

/// <summary>What stands in a frame of jobs, one after the other.</summary>
internal enum JobFrame : byte
{
    None,

    /// <summary>
    /// A key: number, id, label, public key, and its wrapped form where it has one. From then on its number names it.
    /// </summary>
    Key,

    /// <summary>All keys are forgotten; numbers begin anew.</summary>
    ForgetKeys,

    /// <summary>Hashes to sign: number, key, scheme, bulk or not, how many, hashes.</summary>
    Hashes,
}
