using Appliance.Factors;
using Appliance.Server.Auditing;
using Appliance.Server.Hosting;
using Appliance.Server.Timestamps;

namespace Appliance.Server.Admin;

/// <summary>The running server, as commands see it.</summary>
/// <param name="Composition">What it stands on.</param>
/// <param name="Parts">What serves.</param>
/// <param name="Audit">What seals and exports the audit trail.</param>
/// <param name="CallsInFlight">How many calls are in work, over both wires.</param>
/// <param name="StartedAt">Since when.</param>
internal sealed record LiveAppliance(
    Composition Composition,
    SigningParts Parts,
    AuditKeeper Audit,
    Func<int> CallsInFlight,
    DateTimeOffset StartedAt)
{
    /// <summary>What delivers messages to signers; null where nothing does.</summary>
    public Notifier? Notifier { get; init; }

    /// <summary>The time-stamping authority; null where there is no unit.</summary>
    public TimestampParts? Timestamps { get; init; }
}
