using Appliance.Load.Timestamps;

namespace Appliance.Load.Tests.Timestamps;

public sealed class ArrivalScheduleTests
{
    private const long Millisecond = 1_000_000;

    [Fact]
    public void Nothing_is_due_before_its_time()
    {
        var schedule = new ArrivalSchedule(start: 5 * Millisecond, rate: 1000, count: 3);

        Assert.False(schedule.TryTake((5 * Millisecond) - 1, out _));
        Assert.True(schedule.TryTake(5 * Millisecond, out var first));
        Assert.False(schedule.TryTake(5 * Millisecond, out _));

        Assert.Equal(5 * Millisecond, first);
        Assert.Equal(6 * Millisecond, schedule.NextDue);
    }

    /// <summary>Else a server that stops for a second would be asked less, and its worst would not count.</summary>
    [Fact]
    public void Who_comes_late_finds_all_that_was_due_each_with_its_own_time()
    {
        var schedule = new ArrivalSchedule(start: 0, rate: 1000, count: 1000);
        var waited = new List<long>();

        while (schedule.TryTake(100 * Millisecond, out var due))
        {
            waited.Add((100 * Millisecond) - due);
        }

        Assert.Equal(101, waited.Count);
        Assert.Equal(100 * Millisecond, waited[0]);
        Assert.Equal(0, waited[^1]);
        Assert.Equal(Enumerable.Range(0, 101).Select(i => (100 - i) * Millisecond), waited);
    }

    [Fact]
    public void A_rate_that_does_not_divide_a_second_keeps_to_itself()
    {
        var schedule = new ArrivalSchedule(start: 0, rate: 13_337, count: 13_337L * 60);
        long last = 0;
        while (schedule.TryTake(long.MaxValue - 1, out var due))
        {
            last = due;
        }

        Assert.True(schedule.IsOver);
        Assert.Equal(long.MaxValue, schedule.NextDue);
        Assert.InRange(last, 59_999_900_000L, 60_000_000_000L);
    }
}
