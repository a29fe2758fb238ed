using Appliance.Pkcs11.Tests.Fakes;

namespace Appliance.Pkcs11.Tests.Sessions;

/// <summary>Calls that do not return: they cost their thread, and nobody who waits.</summary>
public sealed class HangingCallTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    private readonly FakeGroup _fakes = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _fakes.Dispose();

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task Who_waits_is_told_once_and_the_outcome_comes_when_the_call_returns(SlotDispatch dispatch)
    {
        using var group = Group(dispatch, _fakes.FirstToken);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 1));
        var hold = Hang(_fakes.First);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tellings = 0;
        var job = _fakes.Job(2);
        job.Overdue = _ =>
        {
            tellings++;
            told.TrySetResult();
        };
        var signing = Task.Run(() => Jobs.SignAsync(group, job), TestContext.Current.CancellationToken);
        await EnteredAsync(_fakes.First);
        Assert.False(told.Task.IsCompleted);

        _time.Advance(s_limit);
        await told.Task.WaitAsync(Jobs.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(SignOutcome.None, job.Outcome);
        Assert.True(SpinWait.SpinUntil(() => group.Slots[0].Hanging == 1, Jobs.Patience));

        // Another thread, or session, has taken its place.
        _fakes.First.Hold = null;
        Jobs.AwaitState(group, 0, SlotState.Ready);
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 3));

        hold.Release();
        await signing;
        FakeGroup.AssertSigned(job);
        Assert.Equal(1, tellings);
        Assert.True(SpinWait.SpinUntil(() => group.Slots[0].Hanging == 0, Jobs.Patience));
        FakeGroup.AssertSigned(await _fakes.SignAsync(group, 4));
    }

    [Fact]
    public async Task What_waits_behind_it_goes_to_another_slot()
    {
        using var group = Group(SlotDispatch.Workers, _fakes.FirstToken, _fakes.SecondToken);
        group.SetDraining(1, draining: true);
        var hold = Hang(_fakes.First);
        var hanging = Jobs.Enqueue(group, _fakes.Job(1));
        await EnteredAsync(_fakes.First);
        Task<SignJob>[] behind = [Jobs.Enqueue(group, _fakes.Job(2)), Jobs.Enqueue(group, _fakes.Job(3))];
        group.SetDraining(1, draining: false);
        Jobs.AwaitState(group, 1, SlotState.Ready);

        _time.Advance(s_limit);
        Assert.All(await Task.WhenAll(behind), FakeGroup.AssertSigned);
        Assert.Equal([2, 3], _fakes.Second.Signed.Order());
        Assert.False(hanging.IsCompleted);
        hold.Release();
        FakeGroup.AssertSigned(await hanging);
    }

    [Fact]
    public async Task Where_no_other_slot_is_they_are_refused_and_were_never_dispatched()
    {
        using var group = Group(SlotDispatch.Workers, _fakes.FirstToken);
        var hold = Hang(_fakes.First);
        var hanging = Jobs.Enqueue(group, _fakes.Job(1));
        await EnteredAsync(_fakes.First);
        var behind = Jobs.Enqueue(group, _fakes.Job(2));
        _time.Advance(s_limit);
        var refused = await behind;
        Assert.Equal((SignOutcome.TokenUnavailable, false), (refused.Outcome, refused.Dispatched));
        hold.Release(10);
        await hanging;
    }

    [Fact]
    public async Task A_bulk_job_that_gave_way_to_the_hanging_one_is_told_too()
    {
        using var group = Group(SlotDispatch.Workers, _fakes.FirstToken);
        var hold = Hang(_fakes.First);
        var told = new List<SignJob>();
        var bulk = _fakes.Job(1, 2, 3);
        bulk.IsBulk = true;
        bulk.Overdue = told.Add;
        var bulkDone = Jobs.Enqueue(group, bulk);
        await EnteredAsync(_fakes.First);
        var urgent = _fakes.Job(9);
        urgent.Overdue = told.Add;
        var urgentDone = Jobs.Enqueue(group, urgent);
        hold.Release();
        await EnteredAsync(_fakes.First);
        _time.Advance(s_limit);
        Assert.True(SpinWait.SpinUntil(() => group.Slots[0].Hanging == 1, Jobs.Patience));
        hold.Release(10);
        await Task.WhenAll(bulkDone, urgentDone);
        Assert.Equal(2, told.Count);
        Assert.Contains(bulk, told);
        Assert.Contains(urgent, told);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_it()
    {
        var group = Group(SlotDispatch.Workers, _fakes.FirstToken);
        var hold = Hang(_fakes.First);
        var hanging = Jobs.Enqueue(group, _fakes.Job(1));
        await EnteredAsync(_fakes.First);
        group.Dispose();
        Assert.False(hanging.IsCompleted);
        hold.Release();
        FakeGroup.AssertSigned(await hanging);
    }

    private static SemaphoreSlim Hang(FakeSlot slot)
    {
        slot.Entered = new SemaphoreSlim(0);
        slot.Hold = new SemaphoreSlim(0);
        return slot.Hold;
    }

    private static async Task EnteredAsync(FakeSlot slot)
        => Assert.True(await slot.Entered!.WaitAsync(Jobs.Patience, TestContext.Current.CancellationToken));

    private SlotGroup Group(SlotDispatch dispatch, params Token[] tokens)
        => new(
            tokens,
            new SlotGroupOptions
            {
                Sessions = 1,
                Dispatch = dispatch,
                CallLimit = s_limit,
                StopTimeout = TimeSpan.FromMilliseconds(50),
            },
            _time);
}
