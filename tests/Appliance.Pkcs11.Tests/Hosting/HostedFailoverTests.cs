using System.Security.Cryptography;
using Appliance.Pkcs11.Tests.Sessions;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Hosting;

/// <summary>What becomes of jobs when the process that has them dies or hangs.</summary>
public sealed class HostedFailoverTests
{
    private static readonly SignatureScheme s_ecdsa = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    private readonly SoftHsm _hsm;

    public HostedFailoverTests(SoftHsm hsm) => _hsm = hsm;

    [Theory]
    [InlineData("KILL", 5)]
    [InlineData("STOP", 2)]
    public async Task No_job_fails_or_is_lost_while_another_slot_serves(string signal, int rounds)
    {
        using var first = new HostedHsm(_hsm);
        using var second = new HostedHsm(_hsm);
        using var group = new SlotGroup(
            [first.OpenLoggedIn("Payroll"), second.OpenLoggedIn("Payroll")],
            new SlotGroupOptions { Sessions = 4, CallLimit = TimeSpan.FromSeconds(6) });
        var key = _hsm.Key(KeyAlgorithm.EcP256);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var load = Enumerable.Range(0, 32).Select(number => Task.Run(
            () => LoadAsync(group, key, isBulk: number % 4 == 0, stop.Token), TestContext.Current.CancellationToken));
        var running = load.ToArray();
        for (var round = 0; round < rounds; round++)
        {
            var victim = round % 2 == 0 ? first : second;
            var before = victim.Process;
            victim.Signal(signal);
            Eventually.True(() => victim.Host.Child is { } child && child.Process != before, "another process serves");
            Eventually.True(() => group.Slots.All(slot => slot.State == SlotState.Ready), "both slots are back");
        }

        await stop.CancelAsync();
        var signed = await Task.WhenAll(running);
        Assert.All(signed, count => Assert.InRange(count, 1, int.MaxValue));
        Assert.Equal(rounds, first.Log.Of(1031).Count() + second.Log.Of(1031).Count());
    }

    [Fact]
    public async Task With_one_slot_jobs_end_at_once_and_it_comes_back_by_itself()
    {
        using var hosted = new HostedHsm(_hsm, options => options with { RestartDelay = TimeSpan.FromSeconds(1) });
        using var group = new SlotGroup(
            [hosted.OpenLoggedIn("Payroll")],
            new SlotGroupOptions { Sessions = 2, CallLimit = TimeSpan.FromMinutes(5) });
        var key = _hsm.Key(KeyAlgorithm.EcP256);
        hosted.Signal("STOP");
        var bulk = Jobs.New(key, s_ecdsa, [.. Enumerable.Repeat(SHA256.HashData("many"u8), 500)]);
        bulk.IsBulk = true;
        Task<SignJob>[] jobs =
        [
            .. Enumerable.Range(0, 200).Select(
                _ => Jobs.Enqueue(group, Jobs.New(key, s_ecdsa, SHA256.HashData("one"u8)))),
            Jobs.Enqueue(group, bulk),
        ];
        Eventually.True(() => group.Slots[0].InFlight > 0, "some are in the process");
        hosted.Signal("KILL");
        foreach (var job in await Task.WhenAll(jobs))
        {
            Assert.Equal(SignOutcome.TokenUnavailable, job.Outcome);
            Assert.Equal(0, job.SignedCount);
        }

        Assert.Equal(SlotState.Quarantined, group.Slots[0].State);
        Assert.False(group.TryEnqueue(Jobs.New(key, s_ecdsa, SHA256.HashData("one"u8))));
        Eventually.True(() => group.Slots[0].State == SlotState.Ready, "it is back");
        var after = Jobs.New(key, s_ecdsa, SHA256.HashData("one"u8));
        await Jobs.SignAsync(group, after);
        Assert.Equal(SignOutcome.Signed, after.Outcome);
    }

    [Fact]
    public async Task A_group_that_is_disposed_finishes_what_it_has_and_kills_what_does_not_finish()
    {
        using var hosted = new HostedHsm(_hsm, options => options with { RestartDelay = TimeSpan.FromMinutes(5) });
        var group = new SlotGroup(
            [hosted.OpenLoggedIn("Payroll")],
            new SlotGroupOptions { Sessions = 2, StopTimeout = TimeSpan.FromSeconds(1) });
        var key = _hsm.Key(KeyAlgorithm.EcP256);
        await Jobs.SignAsync(group, Jobs.New(key, s_ecdsa, SHA256.HashData("one"u8)));
        hosted.Signal("STOP");
        var jobs = Enumerable.Range(0, 300).Select(
            _ => Jobs.Enqueue(group, Jobs.New(key, s_ecdsa, SHA256.HashData("one"u8)))).ToArray();
        group.Dispose();
        Assert.All(
            await Task.WhenAll(jobs),
            job => Assert.True(job.Outcome is SignOutcome.TokenUnavailable or SignOutcome.NeverDispatched));
    }

    private static async Task<int> LoadAsync(SlotGroup group, KeyReference key, bool isBulk, CancellationToken stop)
    {
        var signed = 0;
        while (!stop.IsCancellationRequested)
        {
            var hash = RandomNumberGenerator.GetBytes(32);
            var job = Jobs.New(key, s_ecdsa, isBulk ? [hash, hash, hash, hash] : [hash]);
            job.IsBulk = isBulk;
            var told = 0;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            job.Completed = _ =>
            {
                Interlocked.Increment(ref told);
                done.TrySetResult();
            };
            Assert.True(group.TryEnqueue(job));
            await done.Task.WaitAsync(Jobs.Patience, CancellationToken.None);
            Assert.Equal(SignOutcome.Signed, job.Outcome);
            Assert.All(job.Signatures, signature => Assert.True(Verification.IsGood(key, s_ecdsa, hash, signature!)));
            Assert.Equal(1, Volatile.Read(ref told));
            signed++;
        }

        return signed;
    }
}
