using Appliance.Pkcs11;

namespace Appliance.Server.Hosting.Slots;

/// <summary>A slot of the settings and how it is in the group.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Status">How it is; null while it has not joined.</param>
/// <param name="IsDrained">Whether an operator has taken it out of service.</param>
internal sealed record SlotReport(ConfiguredSlot Slot, SlotStatus? Status, bool IsDrained)
{
    /// <summary>True when an operator has taken it out of service and nothing is in work at it any more.</summary>
    public bool IsIdle => IsDrained && Status is null or { State: SlotState.Draining, InFlight: 0, Queued: 0 };

    /// <summary>True when it signs.</summary>
    public bool IsReady => Status is { State: SlotState.Ready };
}
