namespace Appliance.Storage;

/// <summary>Whether an admin may do anything. The numbers are stored.</summary>
public enum AdminState
{
    /// <summary>What its roles allow.</summary>
    Active = 0,

    /// <summary>Nothing; the row stays, since the audit trail names it.</summary>
    Removed = 1,
}
