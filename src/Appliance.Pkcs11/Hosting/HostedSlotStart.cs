namespace Appliance.Pkcs11.Hosting;

/// <summary>What a child is told about a slot when it is opened.</summary>
/// <param name="Token">The token, and where it is.</param>
/// <param name="Profile">Name of the vendor's profile.</param>
/// <param name="Options">How it signs.</param>
/// <param name="WantsLogin">False when the parent uses the token without a login.</param>
/// <param name="IsProbedFirst">It was lost before: nothing is signed before a probe has succeeded.</param>
/// <param name="IsDraining">An operator has taken it out of service.</param>
internal sealed record HostedSlotStart(
    TokenInfo Token,
    string Profile,
    SlotGroupOptions Options,
    bool WantsLogin,
    bool IsProbedFirst,
    bool IsDraining);
