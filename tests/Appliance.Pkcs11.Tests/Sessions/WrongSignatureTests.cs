using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Tests.Sessions;

/// <summary>Tokens whose signatures are not what they were asked for.</summary>
public sealed class WrongSignatureTests : IDisposable
{
    private readonly FakeGroup _fakes = new();

    public void Dispose() => _fakes.Dispose();

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task One_that_is_sampled_leaves_with_nobody_and_another_slot_signs(SlotDispatch dispatch)
    {
        using var group = Group(dispatch, verifyOneIn: 1);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        _fakes.First.SignsWrongly = true;

        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 2));

        Assert.Equal([1, 2], _fakes.First.Signed);
        Assert.Equal([2], _fakes.Second.Signed);
        Assert.Equal((false, true), (group.Slots[0].Serves, group.Slots[1].Serves));
        Assert.Equal((1L, 0L), (group.Slots[0].WrongSignatures, group.Slots[1].WrongSignatures));
        Assert.Equal(1, group.Slots[0].Errors[(uint)CKR.CKR_SIGNATURE_INVALID]);

        // The quarantine stands though the first slot is the least loaded one.
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 3));
        Assert.Equal([1, 2], _fakes.First.Signed);
    }

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task Those_made_for_the_same_job_before_it_do_not_leave_either(SlotDispatch dispatch)
    {
        using var group = Group(dispatch, verifyOneIn: 4);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        _fakes.First.SignsWrongly = true;
        var job = await _fakes.SignAsync(group, [.. Enumerable.Range(2, 40).Select(i => (byte)i)]);

        // Some were no samples; the last of eight is one.
        FakeGroup.AssertSigned(job);
        Assert.Equal(Enumerable.Range(2, 40), _fakes.Second.Signed);
        Assert.True(_fakes.First.SignCalls is > 1 and <= 8);
    }

    [Fact]
    public async Task Those_of_other_jobs_that_run_meanwhile_are_looked_at_before_they_leave()
    {
        for (var round = 0; round < 10; round++)
        {
            using var fakes = new FakeGroup();
            using var group = new SlotGroup(
                [fakes.FirstToken, fakes.SecondToken],
                new SlotGroupOptions { Sessions = 2, VerifyOneIn = 1_000_000 });
            group.SetDraining(1, draining: true);
            FakeGroup.AssertSigned(await fakes.SignAsync(group, 1));
            fakes.First.SignsWrongly = true;
            fakes.First.Entered = new SemaphoreSlim(0);
            fakes.First.Hold = new SemaphoreSlim(1);

            // The first of two is wrong and no sample; in the second, or in the other job, one of another length comes.
            var two = Jobs.Enqueue(group, fakes.Job(2, 3));
            await fakes.First.Entered.WaitAsync(Jobs.Patience, TestContext.Current.CancellationToken);
            await fakes.First.Entered.WaitAsync(Jobs.Patience, TestContext.Current.CancellationToken);
            var one = Jobs.Enqueue(group, fakes.Job(4));
            await fakes.First.Entered.WaitAsync(Jobs.Patience, TestContext.Current.CancellationToken);
            group.SetDraining(1, draining: false);
            Jobs.AwaitState(group, 1, SlotState.Ready);
            fakes.First.NextLengths.Enqueue(10);
            fakes.First.Hold.Release(2);

            FakeGroup.AssertSigned(await two);
            FakeGroup.AssertSigned(await one);
        }
    }

    [Fact]
    public async Task A_signature_of_another_length_is_a_wrong_one()
    {
        using var group = Group(SlotDispatch.Inline, verifyOneIn: 1_000_000);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        _fakes.First.NextLengths.Enqueue(63);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 2));
        Assert.Equal(1, group.Slots[0].WrongSignatures);
        Assert.Equal([2], _fakes.Second.Signed);
    }

    [Fact]
    public async Task A_way_to_sign_that_was_never_proven_is_the_keys_fault_and_not_the_slots()
    {
        using var group = Group(SlotDispatch.Inline, verifyOneIn: 1_000_000);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        _fakes.First.SignsWrongly = true;
        _fakes.Second.SignsWrongly = true;
        var plain = new SignatureScheme(SignatureKind.EcdsaPlain, HashAlgorithmName.SHA256);
        var job = Jobs.New(_fakes.Key, plain, FakeGroup.Hash(2));
        await Jobs.TryAsync(group, job);
        Assert.Equal(SignOutcome.KeyUnusable, job.Outcome);
        Assert.All(group.Slots, slot => Assert.Equal((SlotState.Ready, 0L), (slot.State, slot.WrongSignatures)));
    }

    [Fact]
    public async Task Trust_comes_back_after_many_right_ones_by_the_probe_key_and_not_before()
    {
        _fakes.FirstToken.ProbeKey = _fakes.First.AddKey("probe");
        using var group = Group(SlotDispatch.Workers, verifyOneIn: 1);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        _fakes.First.SignsWrongly = true;
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 2));

        // Probes go on, and each stops at the first wrong one.
        var calls = _fakes.First.SignCalls;
        Assert.True(SpinWait.SpinUntil(() => _fakes.First.SignCalls >= calls + 3, Jobs.Patience));
        Assert.False(group.Slots[0].Serves);

        _fakes.First.SignsWrongly = false;
        calls = _fakes.First.SignCalls;
        Jobs.AwaitState(group, 0, SlotState.Ready);
        Assert.True(_fakes.First.SignCalls >= calls + 100);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 3));
    }

    [Fact]
    public async Task Without_a_probe_key_it_takes_an_operator()
    {
        using var group = Group(SlotDispatch.Workers, verifyOneIn: 1);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        _fakes.First.SignsWrongly = true;
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 2));
        _fakes.First.SignsWrongly = false;
        var opened = _fakes.First.OpenCalls;
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 3));
        Assert.False(group.Slots[0].Serves);
        Assert.Equal(opened, _fakes.First.OpenCalls);

        group.SetDraining(0, draining: true);
        Assert.Equal(SlotState.Draining, group.Slots[0].State);
        group.SetDraining(0, draining: false);
        Jobs.AwaitState(group, 0, SlotState.Ready);
    }

    [Fact]
    public void One_in_so_many_is_sampled_by_chance()
    {
        // 400 distances of 1 to 19, 10 on the average: their sum is within 5 of its deviations (sd 5.5 each) of 4,000.
        var sampler = new Appliance.Pkcs11.Sessions.SignatureSampler(10);
        var drawn = 0;
        for (var found = 0; found < 400; drawn++)
        {
            found += sampler.IsNext() ? 1 : 0;
        }

        Assert.InRange(drawn, 3450, 4550);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_001)]
    public void The_share_has_limits(int oneIn)
        => Assert.Throws<ArgumentOutOfRangeException>(() => Group(SlotDispatch.Inline, oneIn));

    private SlotGroup Group(SlotDispatch dispatch, int verifyOneIn)
        => new(
            [_fakes.FirstToken, _fakes.SecondToken],
            new SlotGroupOptions
            {
                Sessions = 1,
                Dispatch = dispatch,
                VerifyOneIn = verifyOneIn,
                ProbeInterval = TimeSpan.FromMilliseconds(5),
            });
}
