namespace Appliance.Timestamping;

/// <summary>What a unit's time can rest on.</summary>
[Flags]
public enum ClockSources
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>
    /// The wall clock against CLOCK_MONOTONIC_RAW, which nobody sets or slews. Always required: it is what notices that
    /// any of the others is not true any more.
    /// </summary>
    Wall = 1,

    /// <summary>The kernel's own judgement by adjtimex(2): synchronised, and its maximum error.</summary>
    Kernel = 2,

    /// <summary>A quorum of NTP servers, asked by the appliance itself.</summary>
    Sntp = 4,

    /// <summary>An operator's word that the clock is right, with an end date.</summary>
    Operator = 8,
}
