using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Policy;

/// <summary>One row of the table.</summary>
/// <param name="Profile">The vendor profile it is for; null for all that have none of their own.</param>
/// <param name="Phase">What was being done.</param>
/// <param name="ReturnValue">What came back.</param>
/// <param name="Recovery">What it asks for.</param>
/// <param name="Source">Why.</param>
internal sealed record PolicyRow(
    string? Profile, SignPhase Phase, CKR ReturnValue, SignRecovery Recovery, string Source);
