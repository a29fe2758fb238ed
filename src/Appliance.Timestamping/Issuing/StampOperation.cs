using System.Threading.Tasks.Sources;
using Appliance.Ledger;
using Appliance.Pkcs11;

namespace Appliance.Timestamping.Issuing;

/// <summary>
/// One time stamp between the commit loop, a session's thread and the caller that awaits it. It branches on nothing but
/// what those two report. Used again once the caller has its result and the ledger its record.
/// </summary>
internal sealed class StampOperation : IValueTaskSource<StampResult>, IThreadPoolWorkItem
{
    /// <summary>How often it is signed before a token that takes longer than the accuracy is given up.</summary>
    private const int Attempts = 3;

    private static readonly Func<SignJob, bool> s_mayStart =
        static job => ((StampOperation)job.State!).TryBegin();

    private static readonly Action<SignJob> s_signed = static job => ((StampOperation)job.State!).OnSigned();

    private static readonly Action<SignJob> s_overdue = static job => ((StampOperation)job.State!).OnOverdue();

    private static readonly Action<TimestampIntent> s_recorded =
        static intent => ((StampOperation)intent.State!).OnRecorded();

    private static readonly Action<TimestampIntent> s_settled =
        static intent => ((StampOperation)intent.State!).Release();

    private readonly StampPipeline _pipeline;
    private readonly Stamp _stamp;
    private readonly StampPool _pool;
    private readonly TimestampIntent _intent;
    private ManualResetValueTaskSourceCore<StampResult> _result;
    private Guid _requestId;
    private Guid? _signerId;
    private Guid? _clientId;
    private int _attempt;
    private bool _wasAsked;
    private bool _wasAnswered;
    private int _holders;

    /// <param name="pipeline">What it passes through.</param>
    /// <param name="stamp">Its own.</param>
    /// <param name="pool">Where it returns to.</param>
    public StampOperation(StampPipeline pipeline, Stamp stamp, StampPool pool)
    {
        _pipeline = pipeline;
        _stamp = stamp;
        _pool = pool;
        _intent = new TimestampIntent(s_recorded, s_settled) { State = this };
        var job = stamp.Job;
        job.State = this;
        job.MayStart = s_mayStart;
        job.Completed = s_signed;
        job.Overdue = s_overdue;
    }

    /// <summary>Reads a request and decides about it; unless it is None, this is not to be used any more.</summary>
    public TimestampFailure Prepare(in StampCall call)
    {
        var failure = _stamp.Prepare(call.Request.Span);
        if (failure == TimestampFailure.None)
        {
            failure = _pipeline.Slots.IsServing ? _stamp.Foresee() : TimestampFailure.SystemFailure;
        }

        if (failure != TimestampFailure.None)
        {
            Refuse(StampResult.Failed(failure));
            return failure;
        }

        _result.Reset();
        _requestId = Guid.CreateVersion7();
        (_signerId, _clientId) = (call.SignerId, call.ClientId);
        _attempt = 0;
        _wasAnswered = false;
        _holders = 1;
        var job = _stamp.Job;
        job.IsBulk = _intent.OneOfMany = call.IsBulk;
        job.Deadline = call.Deadline;
        job.Client = call.ClientId ?? call.SignerId ?? Guid.Empty;
        _intent.Prepare(
            Record(AuditEvent.TimestampIntent, AuditOutcome.Ok, StampText.Intent(_stamp)), call.Terms);
        return TimestampFailure.None;
    }

    /// <summary>Starts what is prepared; the task is its result, to be awaited once.</summary>
    public ValueTask<StampResult> StartAsync()
        => _pipeline.Ledger.TryEnqueue(_intent)
            ? new ValueTask<StampResult>(this, _result.Version)
            : new ValueTask<StampResult>(Refuse(StampResult.Of(StampStatus.Overloaded)));

    private StampResult Refuse(StampResult result)
    {
        _pipeline.Metrics?.Count(_stamp.Unit, result);
        _pool.Return(this);
        return result;
    }

    /// <summary>The ledger has decided. Runs on the commit thread: hands the job on and returns.</summary>
    private void OnRecorded()
    {
        switch (_intent.Status)
        {
            case TimestampIntentStatus.Ok when _pipeline.Slots.Dispatch == SlotDispatch.Inline:
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                break;
            case TimestampIntentStatus.Ok:
                Dispatch();
                break;
            case TimestampIntentStatus.Refused:
                Complete(StampResult.Refused(_intent.Refusal), inline: false);
                break;
            case TimestampIntentStatus.StoreUnavailable:
                Complete(StampResult.Of(StampStatus.StoreUnavailable), inline: false);
                break;
            default:
                Complete(StampResult.Failed(TimestampFailure.SystemFailure), inline: false);
                break;
        }
    }

    void IThreadPoolWorkItem.Execute() => Dispatch();

    private void Dispatch()
    {
        _wasAsked = false;
        try
        {
            if (_pipeline.Slots.Dispatch == SlotDispatch.Inline)
            {
                _pipeline.Slots.Sign(_stamp.Job);
            }
            else if (!_pipeline.Slots.TryEnqueue(_stamp.Job))
            {
                if (_stamp.Job.Outcome == SignOutcome.NeverDispatched)
                {
                    Fail("queue full");
                    Complete(StampResult.Of(StampStatus.Overloaded), inline: false);
                }
                else
                {
                    Fail("no slot signs");
                    Complete(StampResult.Failed(TimestampFailure.SystemFailure), inline: false);
                }
            }
        }
        catch (Exception error)
        {
            Fail($"not dispatched: {error.GetType().Name}");
            Complete(StampResult.Failed(TimestampFailure.SystemFailure), inline: false);
        }
    }

    /// <summary>On the session's thread, just before it signs.</summary>
    private bool TryBegin()
    {
        _wasAsked = _pipeline.MayDispatch();
        return _wasAsked && _stamp.TryBegin();
    }

    /// <summary>The token has answered. Runs on the thread that signed.</summary>
    private void OnSigned()
    {
        if (_wasAnswered)
        {
            // A token that nobody gets: its time is long past.
            _ = _stamp.Complete(out _);
            Fail("the call did not return in time");
            Release();
            return;
        }

        var failure = _stamp.Complete(out var response);
        if (failure == TimestampFailure.None)
        {
            Settle(AuditEvent.TimestampIssued, AuditOutcome.Ok, StampText.Issued(_stamp));
            Complete(StampResult.Granted(response!), inline: _pipeline.Slots.Dispatch == SlotDispatch.Inline);
        }
        else if (_stamp.MayRetry && ++_attempt < Attempts)
        {
            Dispatch();
        }
        else
        {
            var job = _stamp.Job;
            Fail($"{failure}, {job.Outcome}, CKR 0x{job.ReturnValue:X8}");
            // Nobody looked at it: there was no place, or the node's lease has run out. Both pass.
            var result = job.Outcome != SignOutcome.NeverDispatched || _wasAsked
                ? StampResult.Failed(failure)
                : StampResult.Of(
                    _pipeline.MayDispatch() ? StampStatus.Overloaded : StampStatus.StoreUnavailable);
            Complete(result, inline: _pipeline.Slots.Dispatch == SlotDispatch.Inline);
        }
    }

    /// <summary>The call that signs does not return: whoever waits is told. This stays in use until it does.</summary>
    private void OnOverdue()
    {
        _wasAnswered = true;
        Interlocked.Increment(ref _holders);
        Complete(StampResult.Failed(TimestampFailure.SystemFailure), inline: false);
    }

    private void Fail(string why) => Settle(AuditEvent.TimestampFailed, AuditOutcome.Failed, why);

    private void Settle(AuditEvent happened, AuditOutcome outcome, string detail)
    {
        Interlocked.Increment(ref _holders);
        _intent.Settle(_pipeline.Ledger, Record(happened, outcome, detail));
    }

    private AuditRecord Record(AuditEvent happened, AuditOutcome outcome, string detail) => new()
    {
        At = _pipeline.Time.GetUtcNow().ToUnixTimeMilliseconds(),
        Event = happened,
        Outcome = outcome,
        SignerId = _signerId,
        ClientId = _clientId,
        RequestId = _requestId,
        Count = 1,
        Digest = _stamp.Imprint,
        Detail = detail,
    };

    /// <summary>As SignOperation: inline the thread that signed answers, else it goes on with the next job.</summary>
    private void Complete(StampResult result, bool inline)
    {
        _pipeline.Metrics?.Count(_stamp.Unit, result);
        _result.RunContinuationsAsynchronously = !inline;
        _result.SetResult(result);
    }

    StampResult IValueTaskSource<StampResult>.GetResult(short token)
    {
        var result = _result.GetResult(token);
        Release();
        return result;
    }

    /// <summary>The caller has its result, or the ledger its record.</summary>
    private void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _pool.Return(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<StampResult>.GetStatus(short token) => _result.GetStatus(token);

    void IValueTaskSource<StampResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _result.OnCompleted(continuation, state, token, flags);
}
