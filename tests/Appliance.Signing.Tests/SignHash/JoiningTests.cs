using Appliance.Signing.SignHash;

namespace Appliance.Signing.Tests.SignHash;

public class JoiningTests
{
    private readonly OperationsInFlight _inFlight = new();
    private readonly HastyTime _time = new();

    [Fact]
    public async Task What_is_in_flight_elsewhere_is_looked_for_with_growing_pauses_for_about_10_seconds()
    {
        var joining = new Joining(_inFlight, 1, _time);

        var asked = 0;
        while (await joining.WaitAsync(TestContext.Current.CancellationToken))
        {
            asked++;
        }

        Assert.Equal(asked, _time.Waits.Count);
        Assert.Equal(_time.Waits.Order(), _time.Waits);
        Assert.InRange(_time.Waits[0].TotalMilliseconds, 1, 10);
        Assert.InRange(_time.Waits.Sum(wait => wait.TotalSeconds), 10, 10.5);
        Assert.InRange(asked, 20, 40);
    }

    [Fact]
    public async Task What_is_in_flight_here_is_waited_for_until_it_ends_however_long_that_takes()
    {
        _inFlight.Enter(1);
        _inFlight.Enter(2);
        var joining = new Joining(_inFlight, 1, _time);

        var first = joining.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        var second = joining.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        _inFlight.Leave(2);
        Assert.False(first.IsCompleted);
        _inFlight.Leave(1);

        Assert.True(await first);
        Assert.True(await second);
        Assert.Empty(_time.Waits);
        Assert.Equal(0, _inFlight.Count);
    }

    [Fact]
    public async Task Who_gives_up_ends_nothing_but_his_own_waiting()
    {
        _inFlight.Enter(1);
        using var mine = new CancellationTokenSource();
        var joining = new Joining(_inFlight, 1, _time);
        var given = joining.WaitAsync(mine.Token).AsTask();
        var other = joining.WaitAsync(TestContext.Current.CancellationToken).AsTask();

        await mine.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(other.IsCompleted);
        _inFlight.Leave(1);
        Assert.True(await other);
    }
}
