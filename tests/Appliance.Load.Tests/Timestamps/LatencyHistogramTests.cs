using Appliance.Load.Timestamps;

namespace Appliance.Load.Tests.Timestamps;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(99_999)]
    [InlineData(123_456_789)]
    [InlineData(86_400_000_000_000)]
    [InlineData(long.MaxValue)]
    public void A_value_is_told_to_one_in_a_hundred_and_never_too_small(long value)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(value);
        histogram.Record(long.MaxValue);

        var told = histogram.Quantile(0.5);

        Assert.True(told >= value, $"{told} is less than {value}.");
        Assert.True(told - value <= value / 100, $"{told} is far from {value}.");
    }

    [Fact]
    public void Quantiles_are_those_of_the_sorted_values()
    {
        var histogram = new LatencyHistogram();
        foreach (var value in Enumerable.Range(1, 1000).Reverse())
        {
            histogram.Record(value * 1000L);
        }

        Assert.InRange(histogram.Quantile(0.5), 500_000, 505_000);
        Assert.InRange(histogram.Quantile(0.99), 990_000, 999_900);
        Assert.InRange(histogram.Quantile(0.999), 999_000, 1_000_000);
        Assert.Equal(1_000_000, histogram.Quantile(1));
        Assert.InRange(histogram.Quantile(0), 1_000, 1_010);
        Assert.Equal(1000, histogram.Count);
    }

    [Fact]
    public void Two_together_are_as_one_of_all()
    {
        var (slow, fast) = (new LatencyHistogram(), new LatencyHistogram());
        for (var i = 0; i < 10; i++)
        {
            slow.Record(1_000_000);
            fast.Record(10);
        }

        slow.Record(2_000_000);
        fast.Add(slow);

        Assert.Equal(21, fast.Count);
        Assert.Equal(2_000_000, fast.Max);
        Assert.Equal(10, fast.Quantile(10 / 21.0));
        Assert.InRange(fast.Quantile(20 / 21.0), 1_000_000, 1_010_000);
    }

    [Fact]
    public void An_empty_one_tells_nothing_and_a_clock_that_went_back_counts_as_no_time()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(0, histogram.Quantile(0.99));

        histogram.Record(-5);

        Assert.Equal((1, 0, 0), (histogram.Count, histogram.Max, histogram.Quantile(1)));
    }
}
