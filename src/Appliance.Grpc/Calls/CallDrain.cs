namespace Appliance.Grpc.Calls;

/// <summary>The stop of a dispatcher: its beginning, and the end of patience with streams.</summary>
internal sealed class CallDrain(TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _started = new();
    private readonly CancellationTokenSource _graceOver = new();
    private ITimer? _timer;
    private int _begun;

    /// <summary>Cancelled when the stop begins.</summary>
    public CancellationToken Started => _started.Token;

    /// <summary>Cancelled when streams are ended.</summary>
    public CancellationToken GraceOver => _graceOver.Token;

    /// <summary>Begins; again has no effect. What streams do about it runs on the pool, not here.</summary>
    public void Begin(TimeSpan grace)
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0)
        {
            _ = _started.CancelAsync();
            _timer = time.CreateTimer(_ => _ = _graceOver.CancelAsync(), null, grace, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends the timer. The sources have no timers, and streams may outlive the dispatcher.</summary>
    public void Dispose() => _timer?.Dispose();
}
