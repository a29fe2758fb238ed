using Appliance.Grpc.Services;

namespace Appliance.Grpc.Tests.Services;

public sealed class HealthBoardTests
{
    private readonly HealthBoard _board = new();

    [Fact]
    public void A_service_that_nobody_set_is_not_known()
    {
        Assert.Null(_board.Check(""));
        _board.Set("a.B", () => true);
        Assert.True(_board.Check("a.B"));
        Assert.Null(_board.Check("a.b"));
        Assert.Null(_board.Check(""));
    }

    [Fact]
    public void A_check_is_exact_at_its_moment_and_tells_watchers_what_it_found()
    {
        var isServing = true;
        _board.Set("", () => isServing);
        _board.Set("a.B", () => isServing);
        var before = _board.Current;

        Assert.True(_board.Check(""));
        Assert.Same(before, _board.Current);
        isServing = false;
        Assert.False(_board.Check(""));

        Assert.True(before.Replaced.IsCompleted);
        Assert.False(_board.Current.Entries["a.B"].IsServing);
        Assert.False(_board.Current.Replaced.IsCompleted);
    }

    [Fact]
    public void A_refresh_without_a_change_wakes_nobody()
    {
        var isServing = true;
        _board.Set("", () => isServing);
        var before = _board.Current;
        Assert.Same(before, _board.Refresh());
        Assert.False(before.Replaced.IsCompleted);

        isServing = false;
        Assert.NotSame(before, _board.Refresh());
        Assert.True(before.Replaced.IsCompleted);
    }

    [Fact]
    public void Names_and_their_number_have_limits()
    {
        var health = new GrpcHealth();
        Assert.Throws<ArgumentException>(() => health.Set(new string('a', 257), true));
        for (var i = 0; i < GrpcHealth.MaxServices; i++)
        {
            health.Set($"a.B{i}", true);
        }

        Assert.Throws<InvalidOperationException>(() => health.Set("a.More", true));
        health.Set("a.B0", false);
    }

    [Fact]
    public async Task Many_threads_leave_the_state_that_was_true_last()
    {
        var isServing = 0;
        _board.Set("", () => Volatile.Read(ref isServing) % 2 == 0);
        await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(Flip, TestContext.Current.CancellationToken)));

        // The last one to change it also asked after the change; nobody published an older answer later.
        Assert.True(_board.Current.Entries[""].IsServing);

        void Flip()
        {
            for (var i = 0; i < 10_000; i++)
            {
                Interlocked.Increment(ref isServing);
                _board.Check("");
            }
        }
    }
}
