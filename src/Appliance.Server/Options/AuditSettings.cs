namespace Appliance.Server.Options;

/// <summary>The audit trail.</summary>
internal sealed class AuditSettings
{
    /// <summary>How often the trail is sealed, 1 to 3,600 s. Default 60.</summary>
    public int SealSeconds { get; set; } = 60;

    /// <summary>
    /// The time-stamping unit that stamps seals, where there are any; none for seals without time stamps. Default: the
    /// default unit.
    /// </summary>
    public string? SealUnit { get; set; }

    /// <summary>
    /// After how many days records are removed, 30 to 36,500; 0, the default, keeps them. Evidence for signatures has
    /// to be kept for years: see docs/operations.md.
    /// </summary>
    public int RetentionDays { get; set; }

    /// <summary>Continuous export.</summary>
    public AuditExportSettings Export { get; set; } = new();
}
