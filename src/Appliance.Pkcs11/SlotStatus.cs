namespace Appliance.Pkcs11;

/// <summary>One slot of a <see cref="SlotGroup"/> at a moment.</summary>
/// <param name="Token">The token.</param>
/// <param name="State">Whether it signs.</param>
/// <param name="Sessions">Signing sessions open.</param>
/// <param name="Queued">Jobs (workers) or callers (inline) that wait.</param>
/// <param name="InFlight">Jobs being signed.</param>
/// <param name="LastError">Last CKR_ value that closed a session or the slot; 0 for none.</param>
public sealed record SlotStatus(
    TokenInfo Token, SlotState State, int Sessions, int Queued, int InFlight, uint LastError)
{
    /// <summary>True when it is ready.</summary>
    public bool Healthy => State == SlotState.Ready;

    /// <summary>True when it is given work: ready, or suspect and perhaps the only one.</summary>
    public bool Serves => State is SlotState.Ready or SlotState.Suspect;

    /// <summary>Signatures that the token has made for this group.</summary>
    public long Signatures { get; init; }

    /// <summary>Wrapped keys that are session objects of the token now.</summary>
    public int UnwrappedKeys { get; init; }

    /// <summary>How often a wrapped key was unwrapped.</summary>
    public long Unwraps { get; init; }

    /// <summary>Calls that it is given at once, where that follows what it can do; else 0.</summary>
    public int Concurrency { get; init; }

    /// <summary>Those of proven keys that did not verify and were not given out.</summary>
    public long WrongSignatures { get; init; }

    /// <summary>Most sessions that it opens now.</summary>
    public int SessionLimit { get; init; }

    /// <summary>Calls that have not returned within their limit and whose threads were written off.</summary>
    public int Hanging { get; init; }

    /// <summary>Counts the times that all handles became worthless: a reset, a new login, a wrong signature.</summary>
    public int Generation { get; init; }

    /// <summary>Smoothed time of one signature (C_SignInit and C_Sign) in microseconds; 0 before the first.</summary>
    public long LatencyMicroseconds { get; init; }

    /// <summary>How often each CKR_ value other than CKR_OK came back, by value.</summary>
    public IReadOnlyDictionary<uint, long> Errors { get; init; } = new Dictionary<uint, long>();

    /// <summary>Name of the vendor profile by which it is treated.</summary>
    public string Profile { get; init; } = "";
}
