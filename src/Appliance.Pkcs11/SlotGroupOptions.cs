namespace Appliance.Pkcs11;

/// <summary>How a <see cref="SlotGroup"/> uses its tokens.</summary>
public sealed record SlotGroupOptions
{
    /// <summary>
    /// Signing sessions per slot, 1 to 1024; 0 (default) takes twice the processors. Capped by what CK_TOKEN_INFO
    /// allows, less the login keeper and one for administration.
    /// </summary>
    public int Sessions { get; init; }

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

    /// <summary>How long a slot that failed is left alone before it is tried again. Defaults to one second.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long Dispose waits for what is queued and in flight. Defaults to 20 seconds.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
