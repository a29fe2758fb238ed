using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using Appliance.Ledger;

namespace Appliance.Benchmarks.Ledger;

/// <summary>A caller that awaits its reservation without allocating, as the signing path does.</summary>
internal sealed class LedgerCaller : IValueTaskSource<ReservationStatus>
{
    private readonly Reservation _reservation;
    private ManualResetValueTaskSourceCore<ReservationStatus> _result = new() { RunContinuationsAsynchronously = true };

    public LedgerCaller(Activations activations, ConcurrentQueue<LedgerCaller> idle)
        => _reservation = new Reservation(
            activations, _ => _result.SetResult(_reservation!.Status), _ => idle.Enqueue(this));

    public ValueTask<ReservationStatus> ReserveAsync(CommitLoop loop, in ReservationRequest request)
    {
        _result.Reset();
        _reservation.Prepare(request);
        return loop.TryEnqueue(_reservation)
            ? new ValueTask<ReservationStatus>(this, _result.Version)
            : throw new InvalidOperationException("The queue is full.");
    }

    public void Consume(CommitLoop loop, long now) => _reservation.Settle(loop, ReservationOutcome.Consumed, now);

    ReservationStatus IValueTaskSource<ReservationStatus>.GetResult(short token) => _result.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReservationStatus>.GetStatus(short token) => _result.GetStatus(token);

    void IValueTaskSource<ReservationStatus>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _result.OnCompleted(continuation, state, token, flags);
}
