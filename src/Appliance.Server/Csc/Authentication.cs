using Appliance.Identity;
using Appliance.Signing;

namespace Appliance.Server.Csc;

/// <summary>Who calls, or why it is not let in.</summary>
/// <param name="Error">Null when it is.</param>
/// <param name="Caller">Who.</param>
/// <param name="Gate">Where a client took a place, which <see cref="Leave"/> gives back; null for none.</param>
/// <param name="Claimed">Where the call's place is the caller's until then; null when it is nobody's.</param>
internal readonly record struct Authentication(
    CscError? Error, Caller Caller = default, ClientGate? Gate = null, Admission? Claimed = null)
{
    /// <summary>The call is over.</summary>
    public void Leave()
    {
        Gate?.Leave();
        Claimed?.Disclaim(Caller);
    }
}
