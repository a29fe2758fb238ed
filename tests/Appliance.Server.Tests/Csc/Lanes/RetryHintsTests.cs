using Appliance.Server.Csc;
using Appliance.Server.Csc.Lanes;

namespace Appliance.Server.Tests.Csc.Lanes;

public sealed class RetryHintsTests
{
    [Fact]
    public void Those_who_are_refused_together_are_told_delays_all_over_the_range()
    {
        var hints = new RetryHints(CscErrors.Busy);

        var told = Enumerable.Range(0, 1_000)
            .Select(_ => hints.After(TimeSpan.FromSeconds(2)).RetryAfter!.Value.TotalSeconds)
            .ToArray();

        Assert.InRange(told.Min(), 1.8, 2.2);
        Assert.InRange(told.Max(), 2.6, 3.4);
        Assert.InRange(told.Average(), 2.2, 2.8);
        Assert.True(told.Distinct().Count() >= 3);
        Assert.InRange(told.Count(seconds => seconds < 2.5), 350, 650);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.001)]
    [InlineData(0.3)]
    [InlineData(59)]
    [InlineData(100_000)]
    public void A_delay_has_bounds_and_whole_seconds_are_never_less(double seconds)
    {
        var hints = new RetryHints(CscErrors.Busy);
        for (var i = 0; i < 100; i++)
        {
            var error = hints.After(TimeSpan.FromSeconds(seconds));

            Assert.InRange(error.RetryAfter!.Value.TotalSeconds, 0.05, 72);
            Assert.InRange(error.RetryAfterSeconds, Math.Ceiling(error.RetryAfter.Value.TotalSeconds), 73);
        }
    }
}
