namespace Appliance.Pkcs11.Tests.Sessions;

/// <summary>Making jobs and waiting for them, whichever way the group dispatches.</summary>
internal static class Jobs
{
    /// <summary>Longest a test waits for what should happen at once.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static SignJob New(KeyReference key, SignatureScheme scheme, params byte[][] hashes)
        => new() { Key = key, Scheme = scheme, Hashes = hashes };

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
