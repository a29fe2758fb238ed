namespace Appliance.Ledger;

/// <summary>How the recorded event ended.</summary>
public enum AuditOutcome
{
    /// <summary>As asked.</summary>
    Ok,

    /// <summary>Refused by a rule.</summary>
    Refused,

    /// <summary>Failed, definitely without effect.</summary>
    Failed,

    /// <summary>It is not known whether it had an effect.</summary>
    InDoubt,
}
