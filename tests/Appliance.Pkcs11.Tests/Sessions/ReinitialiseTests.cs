using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Tests.Fakes;

namespace Appliance.Pkcs11.Tests.Sessions;

/// <summary>C_Finalize and C_Initialize: for the whole library, so only when none of its slots works.</summary>
public sealed class ReinitialiseTests : IDisposable
{
    private readonly FakeGroup _fakes = new(alone: true);
    private readonly int _before = FakeLibrary.AloneCalls.Count;

    public void Dispose() => _fakes.Dispose();

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task A_library_that_only_this_brings_back_comes_back_and_finds_everything_anew(SlotDispatch dispatch)
    {
        using var group = Group(dispatch, _fakes.FirstToken);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        var generation = group.Slots[0].Generation;
        Break(_fakes.First);
        Assert.Equal(SignOutcome.TokenUnavailable, (await _fakes.SignAsync(group, 2)).Outcome);

        Jobs.AwaitState(group, 0, SlotState.Ready);
        Assert.Equal(
            ["C_Finalize", "C_Initialize"], FakeLibrary.AloneCalls.Skip(_before).Take(2), StringComparer.Ordinal);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 3));
        Assert.Equal(2, _fakes.First.LoginCalls);
        Assert.True(group.Slots[0].Generation > generation);
    }

    [Fact]
    public async Task While_another_slot_of_the_library_works_it_waits()
    {
        using var group = Group(SlotDispatch.Workers, _fakes.FirstToken, _fakes.SecondToken);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        Break(_fakes.First);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 2));
        var opened = _fakes.First.OpenCalls;
        Assert.True(SpinWait.SpinUntil(() => _fakes.First.OpenCalls > opened + 5, Jobs.Patience));
        Assert.Equal(_before, FakeLibrary.AloneCalls.Count);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 3));

        // An operator drains the other: now it may.
        group.SetDraining(1, draining: true);
        Jobs.AwaitState(group, 0, SlotState.Ready);
        Assert.NotEqual(_before, FakeLibrary.AloneCalls.Count);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 4));
        group.SetDraining(1, draining: false);
        Jobs.AwaitState(group, 1, SlotState.Ready);
    }

    [Fact]
    public async Task A_call_that_is_inside_forbids_it()
    {
        using var group = Group(SlotDispatch.Workers, _fakes.FirstToken, _fakes.SecondToken);
        _fakes.Second.Entered = new SemaphoreSlim(0);
        _fakes.Second.Hold = new SemaphoreSlim(0);
        group.SetDraining(0, draining: true);
        var held = Jobs.Enqueue(group, _fakes.Job(1));
        Assert.True(await _fakes.Second.Entered.WaitAsync(Jobs.Patience, TestContext.Current.CancellationToken));
        group.SetDraining(1, draining: true);
        Break(_fakes.First);
        group.SetDraining(0, draining: false);
        Assert.True(SpinWait.SpinUntil(() => _fakes.First.OpenCalls > 10, Jobs.Patience));
        Assert.Equal(_before, FakeLibrary.AloneCalls.Count);

        _fakes.Second.Hold.Release();
        FakeGroup.AssertSigned(await held);
        Jobs.AwaitState(group, 0, SlotState.Ready);
        Assert.NotEqual(_before, FakeLibrary.AloneCalls.Count);
    }

    private static void Break(FakeSlot slot)
    {
        slot.ComesBackByInitialise = true;
        slot.Gone = CKR.CKR_DEVICE_ERROR;
        slot.Sessions.Clear();
    }

    private static SlotGroup Group(SlotDispatch dispatch, params Token[] tokens)
        => new(
            tokens,
            new SlotGroupOptions
            {
                Sessions = 1,
                Dispatch = dispatch,
                ProbeInterval = TimeSpan.FromMilliseconds(2),
                MostProbeInterval = TimeSpan.FromMilliseconds(10),
            });
}
