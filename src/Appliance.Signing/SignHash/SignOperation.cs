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
    /// <summary>A node that was paused may wake up with a full queue, and a lease that others have settled.</summary>
    private static readonly Func<SignJob, bool> s_mayStart =
        static job => ((SignOperation)job.State!).MayStart();

    private static readonly Action<SignJob> s_signed = static job => ((SignOperation)job.State!).OnSigned();

    private static readonly Action<SignJob> s_overdue = static job => ((SignOperation)job.State!).OnOverdue();

    private static readonly Action<Reservation> s_reserved =
        static reservation => ((SignOperation)reservation.State!).OnReserved();

    private static readonly Action<Reservation> s_settled =
        static reservation => ((SignOperation)reservation.State!).OnSettled();

    private readonly SlotGroup _slots;
    private readonly CommitLoop _ledger;
    private readonly Activations _activations;
    private readonly OperationsInFlight _inFlight;
    private readonly TimeProvider _time;
    private readonly Reservation _reservation;
    private readonly SignJob _job;
    private readonly CancellationToken _cancellation;
    private ManualResetValueTaskSourceCore<SignHashResult> _result;
    private bool _wasAnswered;

    public SignOperation(
        SlotGroup slots,
        CommitLoop ledger,
        Activations activations,
        OperationsInFlight inFlight,
        TimeProvider time,
        KeyReference key,
        SignatureScheme scheme,
        in ReservationRequest request,
        long deadline,
        CancellationToken cancellationToken)
    {
        _slots = slots;
        _ledger = ledger;
        _activations = activations;
        _inFlight = inFlight;
        _time = time;
        _cancellation = cancellationToken;
        _reservation = new Reservation(activations, s_reserved, request.Outcome is null ? null : s_settled)
        {
            State = this,
        };
        _reservation.Prepare(request);
        var hashes = request.Hashes;
        _job = new SignJob
        {
            Key = key,
            Scheme = scheme,
            Hashes = hashes,
            IsBulk = _reservation.IsBulk,
            Client = request.ClientId == Guid.Empty ? request.SignerId : request.ClientId,
            Deadline = deadline,
            Signatures = new byte[hashes.Count][],
            Completed = s_signed,
            Overdue = s_overdue,
            MayStart = s_mayStart,
            State = this,
        };
    }

    /// <summary>What the ledger decided; stands once the task is completed.</summary>
    public ReservationStatus Reserved => _reservation.Status;

    /// <summary>The recorded signatures; when <see cref="Reserved"/> is Redelivered.</summary>
    public IReadOnlyList<byte[]> ReadRecorded() => _reservation.ReadRecorded();

    /// <summary>Starts; false when more waits than the ledger's queue may hold, and nothing has happened.</summary>
    public bool TryStart(out ValueTask<SignHashResult> task)
    {
        task = new(this, _result.Version);
        return _ledger.TryEnqueue(_reservation);
    }

    /// <summary>The ledger has decided. Runs on the commit thread: hands the job on and returns.</summary>
    private void OnReserved()
    {
        if (_reservation.Status != ReservationStatus.Ok)
        {
            Complete(SignHashResult.Refused(LedgerStatus.ToSigning(_reservation.Status)), inline: false);
            return;
        }

        if (!_activations.MayDispatch)
        {
            // Others may be about to take this node for dead. Nothing was dispatched.
            Settle(ReservationOutcome.Released, "the node's lease has run out");
            Complete(SignHashResult.Refused(SigningStatus.StoreUnavailable), inline: false);
            return;
        }

        // With an id it is signed and recorded whoever waits: the client may have lost its connection only.
        if (_reservation.Request.Outcome is { } outcome)
        {
            _inFlight.Enter(outcome.Key);
        }
        else if (_cancellation.IsCancellationRequested)
        {
            // The caller has gone and nothing was dispatched: the hashes may be used again.
            Settle(ReservationOutcome.Released, "cancelled");
            Complete(SignHashResult.Refused(SigningStatus.Cancelled), inline: false);
            return;
        }

        if (_slots.Dispatch == SlotDispatch.Inline)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else
        {
            Dispatch();
        }
    }

    void IThreadPoolWorkItem.Execute() => Dispatch();

    /// <summary>
    /// Both calls throw for a job that does not fit its key, before they do anything, and else never. The caller is
    /// told all the same: it would wait for ever, and hold its place.
    /// </summary>
    private void Dispatch()
    {
        try
        {
            if (_slots.Dispatch == SlotDispatch.Inline)
            {
                _slots.Sign(_job);
            }
            else if (!_slots.TryEnqueue(_job))
            {
                var isFull = _job.Outcome == SignOutcome.NeverDispatched;
                Settle(ReservationOutcome.Released, isFull ? "queue full" : "no slot signs");
                Complete(
                    SignHashResult.Refused(isFull ? SigningStatus.Overloaded : SigningStatus.TokenUnavailable),
                    inline: false);
            }
        }
        catch (Exception error)
        {
            Settle(ReservationOutcome.Released, $"not dispatched: {error.GetType().Name}");
            Complete(SignHashResult.Refused(SigningStatus.Failed), inline: false);
        }
    }

    /// <summary>The token has answered. Runs on the thread that signed.</summary>
    private void OnSigned()
    {
        // Every outcome of a job is definite (SignOutcome): what did not end in signatures may be used again.
        if (_job.Outcome == SignOutcome.Signed)
        {
            Settle(ReservationOutcome.Consumed, null, _job.Signatures!);
        }
        else
        {
            Settle(ReservationOutcome.Released, $"{_job.Outcome}, CKR 0x{_job.ReturnValue:X8}");
        }

        var result = _job.Outcome switch
        {
            SignOutcome.Signed => new SignHashResult(SigningStatus.Ok, _job.Signatures!),
            SignOutcome.NeverDispatched => SignHashResult.Refused(
                !_activations.MayDispatch ? SigningStatus.StoreUnavailable
                : _cancellation.IsCancellationRequested ? SigningStatus.Cancelled
                : SigningStatus.Overloaded),
            SignOutcome.TokenUnavailable => SignHashResult.Refused(SigningStatus.TokenUnavailable),
            _ => SignHashResult.Refused(SigningStatus.Failed),
        };
        if (_wasAnswered)
        {
            // The caller was told that the token is unavailable; with an id it may ask again, and gets what was made.
            return;
        }

        Complete(result, inline: _slots.Dispatch == SlotDispatch.Inline);
    }

    /// <summary>On the session's thread. With an id it is signed and recorded whoever waits.</summary>
    private bool MayStart()
        => _activations.MayDispatch
            && (_reservation.Request.Outcome is not null || !_cancellation.IsCancellationRequested);

    /// <summary>
    /// The call that signs does not return. Whoever waits is told; the reservation stands, as what may still be signed
    /// must not be released, until the call returns or this incarnation of the node is settled by another.
    /// </summary>
    private void OnOverdue()
    {
        _wasAnswered = true;
        Complete(SignHashResult.Refused(SigningStatus.TokenUnavailable), inline: false);
    }

    private void OnSettled() => _inFlight.Leave(_reservation.Request.Outcome!.Key);

    private void Settle(ReservationOutcome outcome, string? detail, IReadOnlyList<byte[]>? signatures = null)
        => _reservation.Settle(_ledger, outcome, _time.GetUtcNow().ToUnixTimeMilliseconds(), detail, signatures);

    /// <summary>
    /// Inline, the answer is written by the pool thread that signed, which saves a hop. A session's own thread goes on
    /// with the next job instead, and the commit thread, where everybody waits, never answers itself.
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
