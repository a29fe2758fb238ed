namespace Appliance.Identity;

/// <summary>
/// What one client may do on this node: calls and items a second (a token bucket), and how many at a time. Being
/// refused costs a lock and nothing else.
/// </summary>
public sealed class ClientGate
{
    /// <summary>How soon a place may be free where nobody knows when.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private TaskCompletionSource? _room;
    private int _rate;
    private int _burst;
    private int _concurrency;
    private int _inside;
    private double _tokens;
    private long _filledAt;

    /// <summary>Makes a full bucket.</summary>
    /// <param name="rate">Calls a second; 0 for no limit.</param>
    /// <param name="burst">How many at once after a rest, at least 1.</param>
    /// <param name="concurrency">How many at a time; 0 for no limit.</param>
    /// <param name="time">The clock.</param>
    public ClientGate(int rate, int burst, int concurrency, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _filledAt = time.GetTimestamp();
        Set(rate, burst, concurrency);
        _tokens = _burst;
    }

    /// <summary>Calls and items in work.</summary>
    public int Inside
    {
        get
        {
            lock (_gate)
            {
                return _inside;
            }
        }
    }

    /// <summary>Takes other limits from now on.</summary>
    public void Set(int rate, int burst, int concurrency)
    {
        lock (_gate)
        {
            Fill();
            (_rate, _burst, _concurrency) = (rate, Math.Max(1, burst), concurrency);
            _tokens = Math.Min(_tokens, _burst);
        }
    }

    /// <summary>Takes a place, which <see cref="Leave"/> gives back.</summary>
    /// <param name="retryAfter">When to come again, where it is refused.</param>
    /// <returns>False when there is none now.</returns>
    public bool TryEnter(out TimeSpan retryAfter)
    {
        lock (_gate)
        {
            return TryTake(out retryAfter);
        }
    }

    /// <summary>Waits for a place: for who reads on only when it has one.</summary>
    /// <exception cref="OperationCanceledException">It has none.</exception>
    public async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task? room = null;
            TimeSpan wait;
            lock (_gate)
            {
                if (TryTake(out wait))
                {
                    return;
                }

                if (IsFull)
                {
                    _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    room = _room.Task;
                }
            }

            await (room?.WaitAsync(cancellationToken) ?? Task.Delay(wait, _time, cancellationToken))
                .ConfigureAwait(false);
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _inside--;
            (room, _room) = (_room, null);
        }

        room?.SetResult();
    }

    private bool IsFull => _concurrency > 0 && _inside >= _concurrency;

    private bool TryTake(out TimeSpan retryAfter)
    {
        retryAfter = s_soon;
        if (IsFull)
        {
            return false;
        }

        if (_rate > 0)
        {
            Fill();
            if (_tokens < 1)
            {
                retryAfter = TimeSpan.FromSeconds((1 - _tokens) / _rate) + TimeSpan.FromMilliseconds(1);
                return false;
            }

            _tokens--;
        }

        _inside++;
        return true;
    }

    private void Fill()
    {
        var now = _time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (_time.GetElapsedTime(_filledAt, now).TotalSeconds * _rate));
        _filledAt = now;
    }
}
