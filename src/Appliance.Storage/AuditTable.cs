namespace Appliance.Storage;

/// <summary>
/// The audit trail. It has no index but its sequence: it is written twice per signature and read by people, who can
/// wait for a scan.
/// </summary>
public abstract class AuditTable
{
    /// <summary>Adds a record; its sequence number is the store's to choose.</summary>
    public abstract void Append(in AuditRow row);

    /// <summary>Reads a page.</summary>
    public abstract IReadOnlyList<AuditRow> Read(AuditFilter filter);
}
