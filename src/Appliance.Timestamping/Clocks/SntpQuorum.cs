namespace Appliance.Timestamping.Clocks;

/// <summary>
/// Marzullo's intersection (RFC 5905 section 11.2.1): each answer says that the offset lies within an interval; what
/// the most of them have in common is believed when they are a quorum.
/// </summary>
/// <param name="From">True time minus wall clock is at least this; ticks.</param>
/// <param name="To">And at most this.</param>
/// <param name="Agreeing">How many have it in common.</param>
/// <param name="Leap">What more than half of the agreeing ones announce.</param>
internal readonly record struct SntpQuorum(long From, long To, int Agreeing, LeapDirection Leap)
{
    /// <param name="samples">All answers; those with faults do not vote.</param>
    /// <param name="now">Wall minus raw clock now, leap seconds apart as in the samples: slews are taken out.</param>
    /// <param name="agreed">The intersection.</param>
    /// <returns>False when nobody has answered.</returns>
    public static bool TryFind(IReadOnlyList<SntpSample> samples, long now, out SntpQuorum agreed)
    {
        var usable = samples.Where(sample => sample.Fault is null)
            .Select(sample => (sample.Leap, From: OffsetAt(sample, now) - sample.Radius,
                To: OffsetAt(sample, now) + sample.Radius))
            .ToList();
        agreed = default;
        // The best intersection begins where one of the intervals begins.
        foreach (var start in usable.Select(interval => interval.From))
        {
            var within = usable.Where(interval => interval.From <= start && start <= interval.To).ToList();
            if (within.Count > agreed.Agreeing)
            {
                agreed = new SntpQuorum(
                    start, within.Min(interval => interval.To), within.Count, LeapOf(within));
            }
        }

        return agreed.Agreeing > 0;

        static LeapDirection LeapOf(List<(LeapDirection Leap, long From, long To)> intervals)
            => new[] { LeapDirection.Insert, LeapDirection.Delete }.FirstOrDefault(
                direction => intervals.Count(interval => interval.Leap == direction) > intervals.Count / 2);
    }

    /// <summary>A sample contradicts the intersection.</summary>
    public bool Contradicts(in SntpSample sample, long now)
        => OffsetAt(sample, now) - sample.Radius > To || OffsetAt(sample, now) + sample.Radius < From;

    /// <summary>The wall clock has moved since: what it gained is not missing any more.</summary>
    private static long OffsetAt(in SntpSample sample, long now) => sample.Offset - (now - sample.WallOffset);
}
