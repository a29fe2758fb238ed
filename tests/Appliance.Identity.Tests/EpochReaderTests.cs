using Appliance.Identity.Tokens;
using Appliance.Storage;

namespace Appliance.Identity.Tests;

public sealed class EpochReaderTests
{
    [Fact]
    public async Task Who_comes_while_a_read_runs_is_served_by_the_next_with_all_others()
    {
        using var may = new SemaphoreSlim(0);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var epoch = 1L;
        var reader = new EpochReader(() =>
        {
            var value = Volatile.Read(ref epoch);
            begun.TrySetResult();
            may.Wait(TestContext.Current.CancellationToken);
            return value;
        }, TimeProvider.System);

        var first = reader.ReadAsync().AsTask();
        await begun.Task;
        Volatile.Write(ref epoch, 2);
        var others = Enumerable.Range(0, 50).Select(_ => reader.ReadAsync().AsTask()).ToList();
        Assert.All(others, other => Assert.False(other.IsCompleted));
        may.Release(2);

        // The first began before the epoch rose; the others came after, and must see that.
        Assert.Equal(1, await first);
        Assert.All(await Task.WhenAll(others), value => Assert.Equal(2, value));
        Assert.Equal(2, reader.Rounds);
    }

    [Fact]
    public async Task A_read_that_fails_fails_for_those_that_wait_for_it_and_the_next_is_another()
    {
        var fails = true;
        var reader = new EpochReader(
            () => fails ? throw new InvalidOperationException("away") : 7, TimeProvider.System);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadAsync());

        fails = false;

        Assert.Equal(7, await reader.ReadAsync());
    }

    [Fact]
    public async Task A_store_that_hangs_refuses_who_comes_at_once_and_answers_when_it_is_back()
    {
        using var may = new SemaphoreSlim(0);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        var reader = new EpochReader(
            () =>
            {
                begun.TrySetResult();
                may.Wait(TestContext.Current.CancellationToken);
                return 7;
            },
            time);
        var first = reader.ReadAsync().AsTask();
        await begun.Task;
        time.Advance(TimeSpan.FromSeconds(4));

        var refusal = await Assert.ThrowsAsync<StoreException>(async () => await reader.ReadAsync());

        Assert.True(refusal.IsTemporary);
        may.Release();
        Assert.Equal(7, await first);
        may.Release();
        Assert.Equal(7, await reader.ReadAsync());
    }
}
