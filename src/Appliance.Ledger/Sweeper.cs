using Microsoft.Extensions.Logging;

namespace Appliance.Ledger;

/// <summary>
/// Removes in the background what nobody needs any more: bounded bulk work for the commit loop, a pause, the next
/// piece. Interactive work goes before it, and other bulk work beside it.
/// </summary>
public sealed partial class Sweeper : IAsyncDisposable
{
    private readonly CommitLoop _loop;
    private readonly IReadOnlyList<Sweep> _sweeps;
    private readonly SweeperOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private readonly long[] _removed;
    private readonly Lock _gate = new();
    private Task _step = Task.CompletedTask;
    private int _next;
    private int _idle;

    /// <summary>Starts it; the first piece comes after the first interval.</summary>
    public Sweeper(
        CommitLoop loop,
        IReadOnlyList<Sweep> sweeps,
        SweeperOptions options,
        TimeProvider time,
        ILogger<Sweeper> logger)
    {
        ArgumentNullException.ThrowIfNull(sweeps);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _loop = loop;
        _sweeps = sweeps;
        _options = options;
        _time = time;
        _logger = logger;
        _removed = new long[sweeps.Count];
        _timer = time.CreateTimer(
            static state => ((Sweeper)state!).Tick(), this, options.Interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops it; a piece that was begun is done or given up when this completes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        Task step;
        lock (_gate)
        {
            step = _step;
        }

        await step.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Tick()
    {
        lock (_gate)
        {
            if (!_stop.IsCancellationRequested && _sweeps.Count > 0)
            {
                _step = StepAsync();
            }
        }
    }

    /// <summary>One piece of the sweep whose turn it is; the sweeps take turns until none finds anything.</summary>
    private async Task StepAsync()
    {
        var pause = _options.Interval;
        try
        {
            var index = _next;
            var sweep = _sweeps[index];
            var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
            var removed = await _loop
                .WriteAsync(
                    store => sweep.Apply(store, now, _options.RowsPerCommit), _options.RowsPerCommit, _stop.Token)
                .ConfigureAwait(false);
            _next = (index + 1) % _sweeps.Count;
            _removed[index] += removed;
            _idle = removed > 0 ? 0 : _idle + 1;
            if (_idle < _sweeps.Count)
            {
                pause = _options.Pause;
            }
            else
            {
                Report();
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or OperationCanceledException)
        {
            return;
        }
        catch (Exception error)
        {
            Log.Failed(_logger, error.Message);
        }

        lock (_gate)
        {
            if (!_stop.IsCancellationRequested)
            {
                _timer.Change(pause, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Report()
    {
        _idle = 0;
        for (var i = 0; i < _removed.Length; i++)
        {
            if (_removed[i] > 0)
            {
                Log.Swept(_logger, _sweeps[i].Name, _removed[i]);
                _removed[i] = 0;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3020, LogLevel.Information, "Swept {What}: {Rows} rows.")]
        public static partial void Swept(ILogger logger, string what, long rows);

        [LoggerMessage(3021, LogLevel.Warning, "The sweep waits for its next turn: {Error}")]
        public static partial void Failed(ILogger logger, string error);
    }
}
