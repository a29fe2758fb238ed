using System.Text.Json.Serialization;

namespace Appliance.Pkcs11;

/// <summary>How a <see cref="SlotGroup"/> uses its tokens.</summary>
public sealed record SlotGroupOptions
{
    /// <summary>
    /// Signing sessions per slot, 1 to 1024; 0 (default) takes twice the processors. Capped by what CK_TOKEN_INFO
    /// allows, less the login keeper and one for administration.
    /// </summary>
    public int Sessions { get; init; }

    /// <summary>The same for each token by itself; null takes <see cref="Sessions"/> for all of them.</summary>
    [JsonIgnore]
    public Func<Token, int>? SessionsOf { get; init; }

    /// <summary>
    /// Workers: most jobs that wait per slot, in each lane (interactive, bulk). Inline: most callers that wait for a
    /// session. Defaults to 4096.
    /// </summary>
    public int QueueLimit { get; init; } = 4096;

    /// <summary>Who calls C_Sign. Defaults to <see cref="SlotDispatch.Workers"/>.</summary>
    public SlotDispatch Dispatch { get; init; }

    /// <summary>
    /// Workers only: whether a slot is given no more calls at once than bring it more throughput, as it shows under
    /// load. Defaults to false: as many as it has sessions.
    /// </summary>
    public bool AdaptiveConcurrency { get; init; }

    /// <summary>Most key handles remembered per slot. Defaults to 16,384.</summary>
    public int KeyCacheLimit { get; init; } = 16_384;

    /// <summary>
    /// Sessions per slot, each with a thread, that wrapped keys are unwrapped in: 1 to 64, for which as many of the
    /// token's sessions are left free; 0 takes one and leaves none free. They open when the first wrapped key is used.
    /// </summary>
    public int WrappedOwners { get; init; }

    /// <summary>Most unwrapped keys that one of those sessions keeps in the token. Defaults to 8,192.</summary>
    public int WrappedKeyCache { get; init; } = 8_192;

    /// <summary>
    /// One in so many signatures, by chance, is verified with the key's public key before it is given out; so is each
    /// first one by a key that was found anew. 1 to 1,000,000; 1 verifies all. Defaults to 1,000.
    /// </summary>
    public int VerifyOneIn { get; init; } = 1_000;

    /// <summary>
    /// Whether a token is given a probe key (<see cref="Token.EnsureProbeKey"/>) when it has none. Without one a
    /// session that opens is taken for a slot that signs. Defaults to false.
    /// </summary>
    public bool MakeProbeKeys { get; init; }

    /// <summary>
    /// How soon a slot that failed a probe is probed again the first time; it doubles up to
    /// <see cref="MostProbeInterval"/>, each a fifth longer or shorter by chance. Defaults to 100 milliseconds.
    /// </summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest time between two probes of a slot that is down. Defaults to one second.</summary>
    public TimeSpan MostProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often a slot that signs nothing is asked whether its login stands (C_GetSessionInfo), so that one that has
    /// gone is known before somebody needs it. The vendor's own keepalive, when it is shorter, goes before. Defaults to
    /// one second.
    /// </summary>
    public TimeSpan IdleCheck { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Right signatures in a row, each verified, that a slot must make for its keeper after a wrong one. Defaults
    /// to 100.
    /// </summary>
    public int ProbesAfterWrong { get; init; } = 100;

    /// <summary>
    /// Longest that a call into the module may take; after that its slot is suspect, its queue is given to others, and
    /// who waits for the call is told that the token is unavailable. Defaults to 10 seconds.
    /// </summary>
    public TimeSpan CallLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>It is one slot of another process's group, which tells whether the group serves.</summary>
    internal bool IsPart { get; init; }

    /// <summary>How long Dispose waits for what is queued and in flight. Defaults to 20 seconds.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
