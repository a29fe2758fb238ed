using Appliance.Pkcs11;

namespace Appliance.Server.Hosting.Slots;

/// <summary>A slot of the settings and how it is in the group.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Status">How it is; null while it has not joined.</param>
internal sealed record SlotReport(ConfiguredSlot Slot, SlotStatus? Status);
