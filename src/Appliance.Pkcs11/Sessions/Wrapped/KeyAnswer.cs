using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Sessions.Wrapped;

/// <summary>What came of waiting for a wrapped key.</summary>
/// <param name="Slot">Where; on another one it means nothing.</param>
/// <param name="Key">The key, pinned for the job that waited; null when there is none.</param>
/// <param name="ReturnValue">Why there is none.</param>
internal sealed record KeyAnswer(Slot Slot, FoundKey? Key, CKR ReturnValue);
