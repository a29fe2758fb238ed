namespace Appliance.Server.Options;

/// <summary>What the time of time stamps rests on.</summary>
internal sealed class ClockSettings
{
    /// <summary>How often wall clock and kernel are looked at, 100 to 10,000 ms. Default 1,000.</summary>
    public int CheckMilliseconds { get; set; } = 1_000;

    /// <summary>A change of the wall clock between two looks that is a step, 1 to 1,000 ms. Default 50.</summary>
    public int StepMilliseconds { get; set; } = 50;

    /// <summary>
    /// Error of the machine's oscillator that is normal, 1 to 500 parts per million: so much the wall clock may be
    /// steered against the raw one without counting as drift. Default 100.
    /// </summary>
    public int OscillatorPpm { get; set; } = 100;

    /// <summary>
    /// NTP servers, <c>HOST[:PORT]</c>, separated by commas, at most 16; IPv6 with a port as <c>[ADDRESS]:PORT</c>.
    /// None of them may smear leap seconds. Default: none.
    /// </summary>
    public string? NtpServers { get; set; }

    /// <summary>How many of them must agree, more than half; 0, the default, takes just that.</summary>
    public int NtpQuorum { get; set; }

    /// <summary>How often they are asked, 1 to 3,600 s. Default 64.</summary>
    public int NtpSeconds { get; set; } = 64;

    /// <summary>
    /// An operator's word that this machine's clock is right, until then (ISO 8601, e.g. 2027-01-31T00:00:00Z). Ends
    /// when the clock is set, or `timestamp clock withdraw` is run; only `timestamp clock assert` brings it back.
    /// Default: none.
    /// </summary>
    public string? AssertedUntil { get; set; }
}
