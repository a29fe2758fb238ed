namespace Appliance.Server.Options;

/// <summary>What the time of time stamps rests on.</summary>
internal sealed class ClockSettings
{
    /// <summary>How often wall clock and kernel are looked at, 100 to 10,000 ms. Default 1,000.</summary>
    public int CheckMilliseconds { get; set; } = 1_000;

    /// <summary>A change of the wall clock between two looks that is a step, 1 to 1,000 ms. Default 50.</summary>
    public int StepMilliseconds { get; set; } = 50;

    /// <summary>NTP servers, <c>HOST[:PORT]</c>, separated by commas, at most 16. Default: none.</summary>
    public string? NtpServers { get; set; }

    /// <summary>How many of them must agree; 0, the default, takes more than half.</summary>
    public int NtpQuorum { get; set; }

    /// <summary>How often they are asked, 1 to 3,600 s. Default 64.</summary>
    public int NtpSeconds { get; set; } = 64;

    /// <summary>
    /// An operator's word that this machine's clock is right, until then (ISO 8601, e.g. 2027-01-31T00:00:00Z). Default:
    /// none.
    /// </summary>
    public string? AssertedUntil { get; set; }
}
