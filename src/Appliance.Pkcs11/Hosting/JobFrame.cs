namespace Appliance.Pkcs11.Hosting;

/// <summary>What stands in a frame of jobs, one after the other.</summary>
internal enum JobFrame : byte
{
    None,

    /// <summary>A key: number, id, label, public key. It is named by its number from then on.</summary>
    Key,

    /// <summary>All keys are forgotten; numbers begin anew.</summary>
    ForgetKeys,

    /// <summary>Hashes to sign: number, key, scheme, bulk or not, how many, hashes.</summary>
    Hashes,
}
