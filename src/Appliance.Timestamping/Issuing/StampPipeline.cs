using Appliance.Ledger;
using Appliance.Pkcs11;

namespace Appliance.Timestamping.Issuing;

/// <summary>What a stamp passes through.</summary>
/// <param name="Ledger">Where intents become durable.</param>
/// <param name="Slots">Where the keys are.</param>
/// <param name="MayDispatch">False while others may take this node for dead.</param>
/// <param name="Time">The clock of audit records.</param>
/// <param name="Metrics">Counts; null for nobody.</param>
internal sealed record StampPipeline(
    CommitLoop Ledger, SlotGroup Slots, Func<bool> MayDispatch, TimeProvider Time, TimestampMetrics? Metrics);
