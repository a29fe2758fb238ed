namespace Appliance.Identity;

/// <summary>What an admin may do; several are possible. The bits are stored.</summary>
[Flags]
public enum AdminRoles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Daily work: signers, factors, credentials.</summary>
    Operator = 1,

    /// <summary>Who is an admin, and what ends or restores trust: revocation, the root key.</summary>
    SecurityOfficer = 2,

    /// <summary>Reads the audit trail.</summary>
    Auditor = 4,

    /// <summary>All of them.</summary>
    All = Operator | SecurityOfficer | Auditor,
}
