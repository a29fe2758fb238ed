namespace Appliance.Timestamping;

/// <summary>What the clock watch has noticed: for the drift log, the log, the alert and the audit trail.</summary>
public enum ClockEventKind
{
    /// <summary>The wall clock was set: by how much is in the offset.</summary>
    Stepped,

    /// <summary>A source has become trusted.</summary>
    SourceTrusted,

    /// <summary>A source is not trusted any more.</summary>
    SourceLost,

    /// <summary>A unit issues.</summary>
    UnitResumed,

    /// <summary>A unit has stopped issuing.</summary>
    UnitSuspended,

    /// <summary>A leap second is announced for the coming midnight.</summary>
    LeapAnnounced,

    /// <summary>The kernel has applied the leap second.</summary>
    LeapApplied,

    /// <summary>An operator has asserted that the clock is right.</summary>
    Asserted,

    /// <summary>NTP servers confirm the clock after a step.</summary>
    Confirmed,

    /// <summary>An NTP server gave no usable answer, or one that the others contradict.</summary>
    ServerRefused,

    /// <summary>An operator has taken the assertion back.</summary>
    Withdrawn,

    /// <summary>The operator's assertion counts no more: the clock was set, or has drifted, since.</summary>
    AssertionVoided,

    /// <summary>The watch did not look for a while: the units had no time meanwhile.</summary>
    LooksMissed,
}
