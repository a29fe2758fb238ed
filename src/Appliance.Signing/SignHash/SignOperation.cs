using System.Threading.Tasks.Sources;
using Appliance.Ledger;
using Appliance.Pkcs11;

namespace Appliance.Signing.SignHash;

/// <summary>
/// One signHash between the commit loop, a session's thread and the caller that awaits it. It branches on nothing but
/// what those two report; the rules are in <see cref="SigningService"/>.
/// </summary>
internal sealed class SignOperation : IValueTaskSource<SignHashResult>, IThreadPoolWorkItem
{
    private static readonly Action<SignJob> s_signed = static job => ((SignOperation)job.State!).OnSigned();

    private readonly SlotGroup _slots;
    private readonly SignJob _job;
    private readonly CancellationToken _cancellation;
    private ManualResetValueTaskSourceCore<SignHashResult> _result;
    private Reservation? _reservation;

    public SignOperation(
        SlotGroup slots, KeyReference key, SignatureScheme scheme, IReadOnlyList<byte[]> hashes, CancellationToken token)
    {
        _slots = slots;
        _cancellation = token;
        _job = new SignJob
        {
            Key = key,
            Scheme = scheme,
            Hashes = hashes,
            Signatures = new byte[hashes.Count][],
            Completed = s_signed,
            State = this,
        };
    }

    /// <summary>What the caller awaits, once.</summary>
    public ValueTask<SignHashResult> Task => new(this, _result.Version);

    /// <summary>The ledger has decided. Runs on the commit thread: hands the job on and returns.</summary>
    public void OnReserved(Reservation reservation)
    {
        _reservation = reservation;
        if (reservation.Status != ReservationStatus.Ok)
        {
            Complete(SignHashResult.Refused(LedgerStatus.ToSigning(reservation.Status)), inline: false);
        }
        else if (_cancellation.IsCancellationRequested)
        {
            // The caller has gone and nothing was dispatched: the hashes may be used again.
            reservation.Settle(ReservationOutcome.Released);
            Complete(SignHashResult.Refused(SigningStatus.Cancelled), inline: false);
        }
        else if (_slots.Dispatch == SlotDispatch.Inline)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else if (!_slots.TryEnqueue(_job))
        {
            reservation.Settle(ReservationOutcome.Released);
            Complete(SignHashResult.Refused(SigningStatus.Overloaded), inline: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => _slots.Sign(_job);

    /// <summary>The token has answered. Runs on the thread that signed.</summary>
    private void OnSigned()
    {
        // Every outcome of a job is definite (SignOutcome): what did not end in signatures may be used again.
        var signed = _job.Outcome == SignOutcome.Signed;
        _reservation!.Settle(signed ? ReservationOutcome.Consumed : ReservationOutcome.Released);
        var result = _job.Outcome switch
        {
            SignOutcome.Signed => new SignHashResult(SigningStatus.Ok, _job.Signatures!),
            SignOutcome.NeverDispatched => SignHashResult.Refused(SigningStatus.Overloaded),
            SignOutcome.TokenUnavailable => SignHashResult.Refused(SigningStatus.TokenUnavailable),
            _ => SignHashResult.Refused(SigningStatus.Failed),
        };
        Complete(result, inline: true);
    }

    /// <summary>
    /// The answer is written by the thread that signed, which saves a hop; never by the commit thread, where everybody
    /// else waits.
    /// </summary>
    private void Complete(SignHashResult result, bool inline)
    {
        _result.RunContinuationsAsynchronously = !inline;
        _result.SetResult(result);
    }

    SignHashResult IValueTaskSource<SignHashResult>.GetResult(short token) => _result.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<SignHashResult>.GetStatus(short token) => _result.GetStatus(token);

    void IValueTaskSource<SignHashResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _result.OnCompleted(continuation, state, token, flags);
}
