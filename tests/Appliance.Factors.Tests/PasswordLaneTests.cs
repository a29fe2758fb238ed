namespace Appliance.Factors.Tests;

public sealed class PasswordLaneTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;
    private readonly PasswordHasher _hasher = new(10, lowest: 1);

    [Fact]
    public async Task Checks_and_hashes_in_turn()
    {
        using var lane = new PasswordLane(_hasher);
        var stored = await lane.HashAsync("correct horse", Test);

        Assert.Equal(PasswordCheck.Right, await lane.VerifyAsync("correct horse", stored, Test));
        Assert.Equal(PasswordCheck.Wrong, await lane.VerifyAsync("wrong horse", stored, Test));
        Assert.Equal(PasswordCheck.Wrong, await lane.VerifyAsync("correct horse", null, Test));
        Assert.Equal(0, lane.Inside);
    }

    [Fact]
    public async Task No_more_run_at_once_than_allowed_and_the_rest_is_turned_away()
    {
        using var lane = new PasswordLane(_hasher, concurrency: 2, queueLimit: 3);
        using var gate = new ManualResetEventSlim();
        var (running, most) = (0, 0);
        bool Compute()
        {
            var now = Interlocked.Increment(ref running);
            int seen;
            while (now > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, now, seen) != seen)
            {
            }

            gate.Wait(TimeSpan.FromSeconds(30), Test);
            Interlocked.Decrement(ref running);
            return true;
        }

        var calls = Enumerable.Range(0, 5).Select(_ => lane.RunAsync(Compute, Test)).ToArray();
        Assert.Equal(5, lane.Inside);

        Assert.Null(await lane.RunAsync(Compute, Test));
        Assert.Equal(PasswordCheck.Overloaded, await lane.VerifyAsync("x", null, Test));
        Assert.Null(await lane.HashAsync("x", Test));

        gate.Set();
        Assert.All(await Task.WhenAll(calls), result => Assert.True(result));
        Assert.InRange(most, 1, 2);
        Assert.Equal(0, lane.Inside);
        Assert.Equal(PasswordCheck.Wrong, await lane.VerifyAsync("x", null, Test));
    }

    [Fact]
    public async Task A_caller_that_gives_up_waiting_frees_its_place()
    {
        using var lane = new PasswordLane(_hasher, concurrency: 1, queueLimit: 1);
        using var gate = new ManualResetEventSlim();
        using var patience = new CancellationTokenSource();
        var first = lane.RunAsync(() => gate.Wait(TimeSpan.FromSeconds(30), Test), Test);
        var second = lane.RunAsync(() => true, patience.Token);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(1, lane.Inside);

        gate.Set();
        Assert.True(await first);
        Assert.True(await lane.RunAsync(() => true, Test));
    }

    [Fact]
    public async Task Computations_keep_off_the_thread_pool()
    {
        using var lane = new PasswordLane(_hasher);

        Assert.False(await lane.RunAsync(() => Thread.CurrentThread.IsThreadPoolThread, Test));
    }

    [Fact]
    public async Task A_computation_that_throws_frees_its_place()
    {
        using var lane = new PasswordLane(_hasher, concurrency: 1, queueLimit: 0);

        await Assert.ThrowsAsync<ArgumentException>(() => lane.HashAsync(new string('x', 5000), Test));
        Assert.True(await lane.RunAsync(() => true, Test));
    }
}
