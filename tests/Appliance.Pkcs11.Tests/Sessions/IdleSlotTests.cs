using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Tests.Sessions;

/// <summary>Slots that sign nothing: they are kept alive, and known to be gone before somebody needs them.</summary>
public sealed class IdleSlotTests : IDisposable
{
    private readonly FakeGroup _fakes = new(profile: VendorProfile.YubiHsm2);
    private readonly ManualTime _time = new();

    public void Dispose() => _fakes.Dispose();

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task Each_idle_session_is_used_below_the_vendors_idle_time(SlotDispatch dispatch)
    {
        using var group = Group(dispatch);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        Assert.True(SpinWait.SpinUntil(() => group.Slots[0].Sessions == 1, Jobs.Patience));
        var signing = _fakes.First.Sessions.Values.Last();
        var calls = signing.InfoCalls;
        _time.Advance(VendorProfile.YubiHsm2.KeepAlive.Value!.Value);
        Assert.True(SpinWait.SpinUntil(() => signing.InfoCalls > calls, Jobs.Patience));
        Assert.True(VendorProfile.YubiHsm2.KeepAlive.Value < VendorProfile.YubiHsm2.IdleTimeout.Value);
    }

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task A_session_that_the_token_has_ended_is_replaced_before_a_job_meets_it(SlotDispatch dispatch)
    {
        using var group = Group(dispatch);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        var (number, _) = _fakes.First.Sessions.MaxBy(session => session.Key);
        _fakes.First.Sessions.TryRemove(number, out _);
        _time.Advance(VendorProfile.YubiHsm2.KeepAlive.Value!.Value);
        Assert.True(SpinWait.SpinUntil(() => group.Slots[0].Sessions == 0, Jobs.Patience));

        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 2));
        Assert.Equal(2, _fakes.First.SignCalls);
        Assert.Equal(1, group.Slots[0].Errors[(uint)CKR.CKR_SESSION_HANDLE_INVALID]);
    }

    [Fact]
    public void One_that_has_gone_is_known_without_a_request_and_so_is_its_return()
    {
        using var group = Group(SlotDispatch.Workers);
        Jobs.AwaitState(group, 0, SlotState.Ready);
        _fakes.First.Gone = CKR.CKR_DEVICE_REMOVED;
        _fakes.First.Reset();
        Assert.True(SpinWait.SpinUntil(() => !group.Slots[0].Serves, Jobs.Patience));
        Assert.False(group.IsServing);
        _fakes.First.Gone = null;
        Jobs.AwaitState(group, 0, SlotState.Ready);
        Assert.Equal(0, _fakes.First.SignCalls);
    }

    [Fact]
    public async Task A_login_that_somebody_else_found_lost_and_made_anew_ends_the_generation()
    {
        using var group = Group(SlotDispatch.Inline);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        var generation = group.Slots[0].Generation;
        _fakes.First.Reset();
        Assert.True(_fakes.FirstToken.TryKeepLogin());
        Assert.True(SpinWait.SpinUntil(() => group.Slots[0].Generation > generation, Jobs.Patience));
    }

    [Fact]
    public async Task A_key_whose_only_slot_is_out_is_an_outage_and_not_an_unusable_key()
    {
        using var group = new SlotGroup(
            [_fakes.FirstToken, _fakes.SecondToken], new SlotGroupOptions { Sessions = 1 });
        var key = _fakes.First.AddKey("only here");
        group.SetDraining(0, draining: true);
        var job = Jobs.New(key, FakeGroup.Scheme, FakeGroup.Hash(1));
        await Jobs.TryAsync(group, job);
        Assert.Equal(SignOutcome.TokenUnavailable, job.Outcome);

        group.SetDraining(0, draining: false);
        Jobs.AwaitState(group, 0, SlotState.Ready);
        job = Jobs.New(key, FakeGroup.Scheme, FakeGroup.Hash(1));
        await Jobs.TryAsync(group, job);
        FakeGroup.AssertSigned(job);
    }

    private SlotGroup Group(SlotDispatch dispatch)
        => new(
            [_fakes.FirstToken],
            new SlotGroupOptions
            {
                Sessions = 1,
                Dispatch = dispatch,
                IdleCheck = TimeSpan.FromMilliseconds(5),
                ProbeInterval = TimeSpan.FromMilliseconds(5),
            },
            _time);
}
