namespace Appliance.Pkcs11;

/// <summary>One slot of a <see cref="SlotGroup"/> at a moment.</summary>
/// <param name="Token">The token.</param>
/// <param name="Healthy">False from an error that says the token is gone until a session opens again.</param>
/// <param name="Sessions">Signing sessions open.</param>
/// <param name="Queued">Jobs (workers) or callers (inline) that wait.</param>
/// <param name="InFlight">Jobs being signed.</param>
/// <param name="LastError">Last CKR_ value that closed a session or the slot; 0 for none.</param>
public sealed record SlotStatus(
    TokenInfo Token, bool Healthy, int Sessions, int Queued, int InFlight, uint LastError)
{
    /// <summary>Signatures that the token has made for this group.</summary>
    public long Signatures { get; init; }

    /// <summary>Calls that it is given at once, where that follows what it can do; else 0.</summary>
    public int Concurrency { get; init; }
}
