namespace Appliance.Identity.Tests;

public sealed class ClientGateTests
{
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Calls_come_as_often_as_the_rate_and_at_once_as_the_burst()
    {
        var gate = new ClientGate(10, 3, 0, _time);
        Assert.True(gate.TryEnter(out _));
        Assert.True(gate.TryEnter(out _));
        Assert.True(gate.TryEnter(out _));

        Assert.False(gate.TryEnter(out var retryAfter));

        Assert.InRange(retryAfter.TotalMilliseconds, 100, 102);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(gate.TryEnter(out _));
        Assert.False(gate.TryEnter(out _));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => gate.TryEnter(out var _)));
    }

    [Fact]
    public void So_many_are_inside_at_a_time()
    {
        var gate = new ClientGate(0, 1, 2, _time);
        Assert.True(gate.TryEnter(out _));
        Assert.True(gate.TryEnter(out _));

        Assert.False(gate.TryEnter(out _));

        gate.Leave();
        Assert.Equal(1, gate.Inside);
        Assert.True(gate.TryEnter(out _));
    }

    [Fact]
    public async Task Who_waits_gets_in_when_somebody_leaves_or_not_at_all()
    {
        var gate = new ClientGate(0, 1, 1, _time);
        Assert.True(gate.TryEnter(out _));
        var waiting = gate.EnterAsync(TestContext.Current.CancellationToken).AsTask();
        using var over = new CancellationTokenSource();
        var leaving = gate.EnterAsync(over.Token).AsTask();
        Assert.False(waiting.IsCompleted);

        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        gate.Leave();

        await waiting;
        Assert.Equal(1, gate.Inside);
    }

    [Fact]
    public void A_gate_without_limits_lets_everybody_in_and_takes_limits_later()
    {
        var gate = new ClientGate(0, 1, 0, _time);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(gate.TryEnter(out _));
        }

        gate.Set(0, 1, 1000);

        Assert.False(gate.TryEnter(out _));
        gate.Leave();
        Assert.True(gate.TryEnter(out _));
    }
}
