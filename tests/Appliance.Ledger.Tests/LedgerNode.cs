using Appliance.Ledger.Tests.Stores;
using Appliance.Storage;

namespace Appliance.Ledger.Tests;

/// <summary>What one appliance process has of the ledger: a store, a commit loop over it, an incarnation.</summary>
internal sealed class LedgerNode : IAsyncDisposable
{
    private LedgerNode(Store store, CommitLoop loop, Activations activations, LogLines log)
        => (Store, Loop, Activations, Log) = (store, loop, activations, log);

    public Store Store { get; }

    public CommitLoop Loop { get; }

    public Activations Activations { get; }

    public LogLines Log { get; }

    public static async Task<LedgerNode> StartAsync(
        TestStore place, byte[] rowKey, LeaseOptions lease, TimeProvider time, CommitLoopOptions? options)
    {
        var store = place.Open(time);
        var log = new LogLines();
        var loop = new CommitLoop(
            store, options ?? new CommitLoopOptions(), TimeProvider.System, log);
        try
        {
            var activations = await Activations.StartAsync(
                loop, rowKey, lease, time, TestContext.Current.CancellationToken);
            return new LedgerNode(store, loop, activations, log);
        }
        catch
        {
            await loop.DisposeAsync();
            store.Dispose();
            throw;
        }
    }

    /// <summary>Reserves; returns when the ledger has decided and the decision is durable.</summary>
    public async Task<(ReservationStatus Status, Reservation Reservation)> ReserveAsync(ReservationRequest request)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reservation = new Reservation(Activations, _ => done.SetResult(), _ => settled.TrySetResult())
        {
            State = settled,
        };
        reservation.Prepare(request);
        Assert.True(Loop.TryEnqueue(reservation));
        await done.Task;
        return (reservation.Status, reservation);
    }

    /// <summary>Settles and waits until that is stored.</summary>
    public Task SettleAsync(
        Reservation reservation, ReservationOutcome outcome, long now, IReadOnlyList<byte[]>? signatures = null)
    {
        reservation.Settle(Loop, outcome, now, signatures: signatures);
        return ((TaskCompletionSource)reservation.State!).Task;
    }

    /// <summary>Asks for a time stamp; returns when the ledger has decided and the decision is durable.</summary>
    public async Task<TimestampScene> StampAsync(TestClaim claim, long now)
    {
        var scene = new TimestampScene(Loop, claim.On(Activations.Packages));
        await scene.StartAsync(claim, now);
        return scene;
    }

    public async ValueTask DisposeAsync()
    {
        await Activations.DisposeAsync();
        await Loop.DisposeAsync();
        Store.Dispose();
    }
}
