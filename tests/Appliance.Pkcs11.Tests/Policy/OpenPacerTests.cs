using Appliance.Pkcs11.Policy;
using Appliance.Pkcs11.Tests.Sessions;

namespace Appliance.Pkcs11.Tests.Policy;

/// <summary>How fast sessions are opened.</summary>
public sealed class OpenPacerTests
{
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(100);

    private readonly ManualTime _time = new();

    [Fact]
    public void Without_a_pace_nobody_waits()
    {
        var pacer = new OpenPacer(TimeSpan.Zero, _time);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(TimeSpan.Zero, pacer.Next());
        }
    }

    [Fact]
    public void With_one_each_waits_for_its_place()
    {
        var pacer = new OpenPacer(s_pace, _time);
        Assert.Equal(TimeSpan.Zero, pacer.Next());
        Assert.Equal(s_pace, pacer.Next());
        Assert.Equal(2 * s_pace, pacer.Next());
        _time.Advance(10 * s_pace);
        Assert.Equal(TimeSpan.Zero, pacer.Next());
    }

    [Fact]
    public void Each_failure_doubles_the_time_up_to_a_limit_and_each_success_takes_a_step_back()
    {
        var pacer = new OpenPacer(s_pace, _time);
        _ = pacer.Next();
        foreach (var expected in new[] { 200, 400, 800, 1_600, 2_000, 2_000 })
        {
            pacer.Failed();
            var wait = pacer.Next();
            Assert.InRange(wait.TotalMilliseconds, 0.79 * expected, 1.21 * expected);
            _time.Advance(wait);
        }

        for (var i = 0; i < 6; i++)
        {
            pacer.Opened();
        }

        Assert.Equal(0, pacer.Failures);
        Assert.Equal(s_pace, pacer.Next());
    }

    [Fact]
    public void Two_that_failed_together_do_not_come_back_in_step()
    {
        var waits = new HashSet<TimeSpan>();
        for (var i = 0; i < 40; i++)
        {
            var pacer = new OpenPacer(s_pace, _time);
            _ = pacer.Next();
            pacer.Failed();
            waits.Add(pacer.Next());
        }

        Assert.True(waits.Count > 5, $"{waits.Count} different waits of 40");
    }

    [Fact]
    public void A_wait_ends_by_the_clock()
    {
        var pacer = new OpenPacer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 4; i++)
        {
            pacer.Wait();
        }

        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(59));
    }
}
