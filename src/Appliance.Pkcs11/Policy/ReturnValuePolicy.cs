using System.Collections.Frozen;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Policy;

/// <summary>Looks up <see cref="PolicyTable"/>: the profile's row, else everybody's, else the phase's rule.</summary>
internal static class ReturnValuePolicy
{
    /// <summary>CKR_VENDOR_DEFINED: what vendors add begins here.</summary>
    public const uint VendorDefined = 0x80000000;

    private static readonly FrozenDictionary<(string Profile, SignPhase Phase, CKR ReturnValue), SignRecovery> s_rows
        = PolicyTable.Rows.ToFrozenDictionary(
            row => (row.Profile ?? "", row.Phase, row.ReturnValue), row => row.Recovery);

    public static SignRecovery For(CKR returnValue, SignPhase phase, VendorProfile profile)
    {
        if (s_rows.TryGetValue((profile.Name, phase, returnValue), out var recovery)
            || s_rows.TryGetValue(("", phase, returnValue), out recovery))
        {
            return recovery;
        }

        return (uint)returnValue >= VendorDefined ? OfVendorDefined(phase) : Otherwise(phase);
    }

    /// <summary>What a value asks for that no row names.</summary>
    public static SignRecovery Otherwise(SignPhase phase) => phase switch
    {
        SignPhase.Initialize or SignPhase.OpenSession or SignPhase.Login => SignRecovery.QuarantineSlot,
        SignPhase.GetSessionInfo => SignRecovery.LogIn,
        _ => SignRecovery.Fail,
    };

    /// <summary>What a vendor's own value asks for: it speaks of the device, not of the request.</summary>
    public static SignRecovery OfVendorDefined(SignPhase phase)
        => Otherwise(phase) == SignRecovery.Fail ? SignRecovery.SuspectSlot : Otherwise(phase);
}
