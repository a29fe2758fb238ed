using System.Numerics;

namespace Appliance.Load.Timestamps;

/// <summary>
/// Durations in nanoseconds, counted in buckets that double in width every 128: any value from 0 to a day and more,
/// with an error below 1 %, in constant space. Not for several threads at once.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int SubBuckets = 1 << SubBits;

    private readonly long[] _counts = new long[(64 - SubBits) * SubBuckets];

    public long Count { get; private set; }

    public long Max { get; private set; }

    public void Record(long nanoseconds)
    {
        var value = Math.Max(nanoseconds, 0);
        _counts[IndexOf(value)]++;
        Count++;
        Max = Math.Max(Max, value);
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>
    /// The smallest value that so many of all do not exceed, at the upper end of its bucket; 0 when empty.
    /// </summary>
    /// <param name="quantile">From 0 to 1.</param>
    public long Quantile(double quantile)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(quantile * Count));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return Math.Min(UpperEndOf(i), Max);
            }
        }

        return 0;
    }

    /// <summary>The first 256 values have buckets of their own; from there each octave has 128.</summary>
    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value) - SubBits);
        return (shift * SubBuckets) + (int)(value >> shift);
    }

    private static long UpperEndOf(int index)
    {
        var shift = Math.Max(0, (index / SubBuckets) - 1);
        return ((long)(index - (shift * SubBuckets)) << shift) + ((1L << shift) - 1);
    }
}
