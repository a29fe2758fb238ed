namespace Appliance.Pkcs11.Tests.Sessions;

/// <summary>Making jobs and waiting for them, whichever way the group dispatches.</summary>
internal static class Jobs
{
    /// <summary>Longest a test waits for what should happen at once.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static SignJob New(KeyReference key, SignatureScheme scheme, params byte[][] hashes)
        => new() { Key = key, Scheme = scheme, Hashes = hashes };

    /// <summary>Waits until a slot is in a state.</summary>
    public static void AwaitState(SlotGroup group, int slot, SlotState state)
        => Assert.True(
            SpinWait.SpinUntil(() => group.Slots[slot].State == state, Patience),
            $"The slot is {group.Slots[slot].State}, not {state}.");

    /// <summary>Signs where a slot is there, and tells the outcome where none is.</summary>
    public static async Task TryAsync(SlotGroup group, SignJob job)
    {
        if (group.Dispatch != SlotDispatch.Workers)
        {
            group.Sign(job);
            return;
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        job.Completed = _ => done.SetResult();
        if (group.TryEnqueue(job))
        {
            await done.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
    }

    public static Task<SignJob> Enqueue(SlotGroup group, SignJob job)
    {
        var done = new TaskCompletionSource<SignJob>(TaskCreationOptions.RunContinuationsAsynchronously);
        job.Completed = done.SetResult;
        Assert.True(group.TryEnqueue(job));
        return done.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    public static async Task SignAsync(SlotGroup group, SignJob job)
    {
        if (group.Dispatch == SlotDispatch.Workers)
        {
            await Enqueue(group, job);
            return;
        }

        var told = 0;
        job.Completed = _ => told++;
        group.Sign(job);
        Assert.Equal(1, told);
    }
}
