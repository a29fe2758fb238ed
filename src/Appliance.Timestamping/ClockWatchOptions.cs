namespace Appliance.Timestamping;

/// <summary>Settings of the clock watch.</summary>
public sealed class ClockWatchOptions
{
    /// <summary>How often wall clock and kernel are looked at; 100 ms to 10 s.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the NTP servers are asked; 1 s to 1 h. An answer counts for three times as long.</summary>
    public TimeSpan SntpInterval { get; init; } = TimeSpan.FromSeconds(64);

    /// <summary>How long one server may take; 100 ms to 10 s.</summary>
    public TimeSpan SntpTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>NTP servers, at most 16; empty when no unit requires them.</summary>
    public IReadOnlyList<SntpServer> Servers { get; init; } = [];

    /// <summary>How many of them must agree: more than half, or as many liars could; 0 takes just that.</summary>
    public int Quorum { get; init; }

    /// <summary>A change of the wall clock between two looks that is a step and not a slew; 1 ms to 1 s.</summary>
    public TimeSpan StepLimit { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Error of the machine's oscillator that is normal, in parts per million: so much the raw clock may run away from
    /// the wall clock before it counts as drift. 1 to 500.
    /// </summary>
    public int OscillatorPpm { get; init; } = 100;

    /// <summary>An operator's assertion that the clock is right, until then; null for none.</summary>
    public DateTimeOffset? AssertedUntil { get; init; }

    /// <summary>Where there is no assertion: why, in words; null for what is usual.</summary>
    public string? NotAssertedBecause { get; init; }

    /// <summary>Entries of the drift log; the oldest goes.</summary>
    public int LogLimit { get; init; } = 1024;

    /// <summary>How many servers must agree.</summary>
    public int EffectiveQuorum => Quorum > 0 ? Quorum : (Servers.Count / 2) + 1;

    /// <summary>What is wrong with them; empty when nothing is.</summary>
    public IReadOnlyList<string> FindErrors()
    {
        var errors = new List<string>();
        Range(CheckInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), nameof(CheckInterval));
        Range(SntpInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(SntpInterval));
        Range(SntpTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), nameof(SntpTimeout));
        Range(StepLimit, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1), nameof(StepLimit));
        Add(Servers.Count > 16, "More than 16 NTP servers.");
        Add(
            Servers.Any(server => string.IsNullOrWhiteSpace(server.Host) || server.Port is < 1 or > 65535),
            "An NTP server has a name or address, and a port from 1 to 65535.");
        Add(Quorum < 0 || Quorum > Math.Max(Servers.Count, 0), "The quorum is larger than the number of NTP servers.");
        Add(
            Quorum > 0 && Quorum <= Servers.Count / 2,
            "The quorum is not more than half of the NTP servers: as many could agree on something else.");
        Add(OscillatorPpm is < 1 or > 500, $"{nameof(OscillatorPpm)} is not within 1 and 500.");
        Add(LogLimit is < 16 or > 1_000_000, $"{nameof(LogLimit)} is not within 16 and 1,000,000.");
        return errors;

        void Range(TimeSpan value, TimeSpan from, TimeSpan to, string name)
            => Add(value < from || value > to, $"{name} is not within {from} and {to}.");

        void Add(bool isWrong, string text)
        {
            if (isWrong)
            {
                errors.Add(text);
            }
        }
    }
}
