using System.Security.Cryptography;
using Appliance.Pkcs11.Tests.Fakes;

namespace Appliance.Pkcs11.Tests.Sessions;

/// <summary>Queues, lanes and stopping, with a token that waits until it is let go.</summary>
public sealed class LanesTests : IDisposable
{
    private static readonly SignatureScheme s_scheme = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    private readonly string _folder = Directory.CreateTempSubdirectory("appliance-fake-").FullName;
    private readonly Pkcs11Module _module = FakeLibrary.Load();
    private readonly FakeSlot _slot = new() { Entered = new SemaphoreSlim(0), Hold = new SemaphoreSlim(0) };
    private readonly Token _token;
    private readonly KeyReference _key;

    public LanesTests()
    {
        _key = _slot.AddKey("key");
        _token = _slot.Open(_module, new RefusedPins(Path.Combine(_folder, "refused"), TimeProvider.System));
    }

    public void Dispose()
    {
        _token.Dispose();
        _slot.Dispose();
        _slot.Entered!.Dispose();
        _slot.Hold!.Dispose();
        _module.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_interactive_job_passes_between_two_signatures_of_a_bulk_job()
    {
        using var group = Group(SlotDispatch.Workers);
        var bulk = Jobs.Enqueue(group, Bulk(1, 2, 3, 4));
        await EnteredAsync();
        var urgent = Jobs.Enqueue(group, Job(100));
        var second = Jobs.Enqueue(group, Job(101));
        _slot.Hold!.Release(10);
        await Task.WhenAll(bulk, urgent, second);
        Assert.Equal([1, 100, 2, 101, 3, 4], _slot.Signed);
        Assert.Equal(SignOutcome.Signed, (await bulk).Outcome);
    }

    [Fact]
    public async Task Steady_interactive_work_does_not_keep_bulk_work_from_ever_beginning()
    {
        using var group = Group(SlotDispatch.Workers);
        var first = Jobs.Enqueue(group, Job(1));
        await EnteredAsync();
        var bulk = Jobs.Enqueue(group, Bulk(200));
        var urgent = Enumerable.Range(2, 60).Select(i => Jobs.Enqueue(group, Job((byte)i))).ToArray();
        _slot.Hold!.Release(100);
        await Task.WhenAll([first, bulk, .. urgent]);
        Assert.InRange(_slot.Signed.ToList().IndexOf(200), 2, 50);
    }

    [Fact]
    public async Task An_interactive_caller_passes_between_two_signatures_of_an_inline_bulk_job()
    {
        using var group = Group(SlotDispatch.Inline);
        var bulk = OnThread(group, Bulk(1, 2, 3));
        await EnteredAsync();
        var urgent = OnThread(group, Job(100));
        Assert.True(SpinWait.SpinUntil(() => group.Slots[0].Queued == 1, Jobs.Patience));
        _slot.Hold!.Release(10);
        await Task.WhenAll(bulk, urgent);
        Assert.Equal([1, 100, 2, 3], _slot.Signed);
    }

    [Fact]
    public async Task The_burst_of_one_client_lets_others_have_their_turns()
    {
        using var group = Group(SlotDispatch.Workers);
        var first = Jobs.Enqueue(group, Job(1));
        await EnteredAsync();
        var burst = Enumerable.Range(2, 60).Select(i => Jobs.Enqueue(group, Job((byte)i))).ToArray();
        var others = Job(200);
        others.Client = Guid.NewGuid();
        var other = Jobs.Enqueue(group, others);
        _slot.Hold!.Release(100);
        await Task.WhenAll([first, other, .. burst]);
        Assert.InRange(_slot.Signed.ToList().IndexOf(200), 1, 13);
    }

    [Fact]
    public async Task A_job_whose_deadline_has_passed_is_not_begun()
    {
        var time = new ManualTime();
        time.Advance(TimeSpan.FromSeconds(1));
        using var group = new SlotGroup([_token], new SlotGroupOptions { Sessions = 1 }, time);
        var first = Jobs.Enqueue(group, Job(1));
        await EnteredAsync();
        var late = Job(2);
        late.Deadline = time.GetTimestamp() + TimeSpan.FromMilliseconds(10).Ticks;
        var patient = Job(3);
        patient.Deadline = time.GetTimestamp() + TimeSpan.FromSeconds(10).Ticks;
        var waiting = new[] { Jobs.Enqueue(group, late), Jobs.Enqueue(group, patient) };
        time.Advance(TimeSpan.FromSeconds(1));
        _slot.Hold!.Release(10);
        await Task.WhenAll([first, .. waiting]);
        Assert.Equal(SignOutcome.NeverDispatched, late.Outcome);
        Assert.Equal(SignOutcome.Signed, patient.Outcome);
        Assert.Equal([1, 3], _slot.Signed);
    }

    [Fact]
    public async Task A_full_queue_refuses_and_nothing_was_dispatched()
    {
        using var group = Group(SlotDispatch.Workers, limit: 2);
        var running = Jobs.Enqueue(group, Job(1));
        await EnteredAsync();
        var waiting = new[] { Jobs.Enqueue(group, Job(2)), Jobs.Enqueue(group, Job(3)) };
        var refused = Job(4);
        refused.Completed = _ => Assert.Fail("A refused job is not completed.");
        Assert.False(group.TryEnqueue(refused));
        Assert.Equal(SignOutcome.NeverDispatched, refused.Outcome);
        Assert.False(refused.Dispatched);

        // The lanes have limits of their own.
        var bulk = Jobs.Enqueue(group, Bulk(5));
        _slot.Hold!.Release(10);
        await Task.WhenAll([running, bulk, .. waiting]);
        Assert.Equal([1, 2, 3, 5], _slot.Signed);
    }

    [Fact]
    public async Task Several_handed_over_at_once_are_taken_as_far_as_they_fit()
    {
        using var group = Group(SlotDispatch.Workers, limit: 3);
        var running = Jobs.Enqueue(group, Job(1));
        await EnteredAsync();
        var done = new CountdownEvent(3);
        SignJob[] jobs = [Job(2), Job(3), Job(4), Job(5), Job(6)];
        foreach (var job in jobs)
        {
            job.Completed = _ => done.Signal();
        }

        Assert.Equal(3, group.TryEnqueue(jobs));
        Assert.Equal([SignOutcome.NeverDispatched, SignOutcome.NeverDispatched], jobs[3..].Select(job => job.Outcome));
        _slot.Hold!.Release(10);
        await running;
        Assert.True(done.Wait(Jobs.Patience, TestContext.Current.CancellationToken));
        Assert.Equal([1, 2, 3, 4], _slot.Signed);
        done.Dispose();
    }

    [Fact]
    public async Task Too_many_inline_callers_are_refused()
    {
        using var group = Group(SlotDispatch.Inline, limit: 1);
        var running = OnThread(group, Job(1));
        await EnteredAsync();
        var waiting = OnThread(group, Job(2));
        Assert.True(SpinWait.SpinUntil(() => group.Slots[0].Queued == 1, Jobs.Patience));
        var refused = Job(3);
        group.Sign(refused);
        Assert.Equal(SignOutcome.NeverDispatched, refused.Outcome);
        _slot.Hold!.Release(10);
        await Task.WhenAll(running, waiting);
        Assert.Equal([1, 2], _slot.Signed);
    }

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task A_graceful_stop_finishes_what_was_taken_and_closes_the_sessions(SlotDispatch dispatch)
    {
        var group = Group(dispatch);
        var inline = dispatch == SlotDispatch.Inline;
        var first = inline ? OnThread(group, Job(1)) : Jobs.Enqueue(group, Job(1));
        await EnteredAsync();
        var second = inline ? OnThread(group, Job(2)) : Jobs.Enqueue(group, Job(2));
        Assert.True(SpinWait.SpinUntil(() => group.Slots[0].Queued == 1, Jobs.Patience));
        var stopping = Task.Factory.StartNew(
            group.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.True(SpinWait.SpinUntil(() => group.IsStopping, Jobs.Patience));
        _slot.Hold!.Release(100);
        await stopping.WaitAsync(Jobs.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(SignOutcome.Signed, (await first).Outcome);
        Assert.Equal(SignOutcome.Signed, (await second).Outcome);

        // Only the keeper of the login is left.
        Assert.Single(_slot.Sessions);
    }

    [Fact]
    public async Task A_call_that_hangs_does_not_hold_the_stop_and_what_waits_behind_it_was_never_dispatched()
    {
        var group = Group(SlotDispatch.Workers, stop: TimeSpan.FromMilliseconds(50));
        var hanging = Jobs.Enqueue(group, Job(1));
        await EnteredAsync();
        var behind = Jobs.Enqueue(group, Job(2));
        group.Dispose();
        Assert.Equal(SignOutcome.NeverDispatched, (await behind).Outcome);

        // Its C_Sign has not returned: that is not an outcome yet.
        Assert.False(hanging.IsCompleted);
        _slot.Hold!.Release(10);
        Assert.Equal(SignOutcome.Signed, (await hanging).Outcome);
    }

    [Fact]
    public async Task The_slot_with_less_to_do_gets_the_job()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var idle = new FakeSlot();
        var reference = _slot.AddKey("shared", key);
        idle.AddKey("shared", key);
        using var idleToken = idle.Open(
            _module, new RefusedPins(Path.Combine(_folder, "idle"), TimeProvider.System));
        using var group = new SlotGroup([_token, idleToken], new SlotGroupOptions { Sessions = 1 });
        var held = Jobs.Enqueue(group, Jobs.New(reference, s_scheme, Hash(1)));
        await EnteredAsync();
        for (byte i = 2; i < 6; i++)
        {
            await Jobs.Enqueue(group, Jobs.New(reference, s_scheme, Hash(i)));
        }

        Assert.Equal([2, 3, 4, 5], idle.Signed);
        _slot.Hold!.Release();
        await held;
        Assert.Equal([1], _slot.Signed);
    }

    [Fact]
    public async Task Workers_bear_their_tokens_name()
    {
        using var group = Group(SlotDispatch.Workers);
        string? name = null;
        var job = Job(1);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        job.Completed = _ =>
        {
            name = Thread.CurrentThread.Name;
            done.SetResult();
            throw new InvalidOperationException("A callback that throws must not end the worker.");
        };
        _slot.Hold!.Release(10);
        Assert.True(group.TryEnqueue(job));
        await done.Task.WaitAsync(Jobs.Patience, TestContext.Current.CancellationToken);
        Assert.Equal($"pkcs11 {_slot.Label} 1", name);
        Assert.Equal(SignOutcome.Signed, (await Jobs.Enqueue(group, Job(2))).Outcome);
    }

    private static Task<SignJob> OnThread(SlotGroup group, SignJob job)
        => Task.Factory.StartNew(
            () =>
            {
                group.Sign(job);
                return job;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).WaitAsync(Jobs.Patience, TestContext.Current.CancellationToken);

    private Task<bool> EnteredAsync()
        => _slot.Entered!.WaitAsync(Jobs.Patience, TestContext.Current.CancellationToken);

    private SignJob Job(params byte[] first) => Jobs.New(_key, s_scheme, [.. first.Select(Hash)]);

    private SignJob Bulk(params byte[] first)
    {
        var job = Job(first);
        job.IsBulk = true;
        return job;
    }

    private static byte[] Hash(byte first)
    {
        var hash = new byte[32];
        hash[0] = first;
        return hash;
    }

    private SlotGroup Group(SlotDispatch dispatch, int limit = 100, TimeSpan? stop = null)
        => new(
            [_token],
            new SlotGroupOptions
            {
                Sessions = 1,
                Dispatch = dispatch,
                QueueLimit = limit,
                StopTimeout = stop ?? TimeSpan.FromSeconds(20),
            });
}
