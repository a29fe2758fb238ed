namespace Appliance.Timestamping.Clocks;

/// <summary>
/// A leap second at the end of a UTC month (ITU-R TF.460). GeneralizedTime has no second 60 here and the system's clock
/// cannot tell it from 59 or 0: so nothing is issued from two seconds before that midnight to two seconds after, and
/// whatever is issued afterwards rests on sources that agree again (EN 319 421 clause 7.7.2 asks for synchronisation
/// through a leap second and a record of it; RFC 3161 section 2.4.1 for timeNotAvailable otherwise). Four seconds
/// in some years cost less than one token whose time two readers understand differently.
/// </summary>
/// <param name="Direction">Inserted or deleted.</param>
/// <param name="Midnight">Ticks of the midnight that ends the day.</param>
internal readonly record struct LeapSecond(LeapDirection Direction, long Midnight)
{
    private const long Margin = 2 * TimeSpan.TicksPerSecond;

    /// <summary>Within this of midnight the kernel's jump is looked for.</summary>
    private const long JumpMargin = 5 * TimeSpan.TicksPerSecond;

    /// <summary>First tick at which nothing is issued.</summary>
    public long SuspendedFrom => Direction == LeapDirection.None ? long.MaxValue : Midnight - Margin;

    /// <summary>Last tick at which nothing is issued.</summary>
    public long SuspendedTo => Direction == LeapDirection.None ? long.MinValue : Midnight + Margin;

    /// <summary>Announcements count on the last day of a month: servers may repeat them all month.</summary>
    public static bool TryAnnounce(long utcTicks, LeapDirection direction, out LeapSecond leap)
    {
        var tomorrow = new DateTime(utcTicks, DateTimeKind.Utc).Date.AddDays(1);
        leap = direction != LeapDirection.None && tomorrow.Day == 1
            ? new LeapSecond(direction, tomorrow.Ticks)
            : default;
        return leap.Direction != LeapDirection.None;
    }

    /// <summary>Nothing is kept away from any more: by now the clock has taken it, or is wrong.</summary>
    public bool IsPast(long utcTicks) => utcTicks > SuspendedTo;

    public bool IsSuspended(long utcTicks) => utcTicks >= SuspendedFrom && utcTicks <= SuspendedTo;

    /// <summary>The jump that the wall clock may make at this time: back for an inserted second, or ahead.</summary>
    public long ExpectedJump(long utcTicks) => Math.Abs(utcTicks - Midnight) > JumpMargin ? 0 : Jump;

    /// <summary>What the wall clock jumps by, ticks.</summary>
    public long Jump => Direction switch
    {
        LeapDirection.Insert => -TimeSpan.TicksPerSecond,
        LeapDirection.Delete => TimeSpan.TicksPerSecond,
        _ => 0,
    };
}
