namespace Appliance.Factors;

/// <summary>How <see cref="Notifier"/> works.</summary>
public sealed record NotifierOptions
{
    /// <summary>How often it looks for what other nodes enqueued and what is due again.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Deliveries at a time.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stop waits for deliveries that were begun.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts after which a message is given up.</summary>
    public int MostAttempts { get; init; } = 100;

    /// <summary>Age at which a message is given up.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Pause after the first attempt; it doubles from one to the next.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest pause, unless the other end asks for more.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// A lease outlasts its attempt by this: for the commit that follows, and for clocks that differ between nodes.
    /// </summary>
    public TimeSpan LeaseMargin { get; init; } = TimeSpan.FromSeconds(30);
}
