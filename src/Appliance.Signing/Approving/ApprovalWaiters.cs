using System.Collections.Concurrent;
using Appliance.Storage;

namespace Appliance.Signing.Approving;

/// <summary>
/// Callers that wait for a decision. Each is an entry in a table and a timer, no thread; one query every so often asks
/// a shared store for all of them what other nodes decided, and what this node decides is told at once.
/// </summary>
internal sealed class ApprovalWaiters : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Nodes' clocks differ, and a decision is stored some time after it was dated.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();
    private readonly Store _store;
    private readonly TimeProvider _time;
    private readonly int _limit;
    private readonly ITimer? _poll;
    private readonly CancellationTokenSource _stopping = new();
    private int _count;
    private int _asking;

    public ApprovalWaiters(Store store, TimeProvider time, int limit)
    {
        _store = store;
        _time = time;
        _limit = limit;
        _poll = store.IsShared
            ? time.CreateTimer(static state => ((ApprovalWaiters)state!).Ask(), this, s_pause, s_pause)
            : null;
    }

    /// <summary>True once nobody is kept waiting any more.</summary>
    public bool IsStopped => _stopping.IsCancellationRequested;

    /// <summary>Takes a place among those that wait; false when all are taken, or the node stops.</summary>
    public bool TryEnter()
    {
        if (!IsStopped && Interlocked.Increment(ref _count) <= _limit)
        {
            return true;
        }

        if (!IsStopped)
        {
            Interlocked.Decrement(ref _count);
        }

        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);

    /// <summary>Completes when it was decided, the time is over, or the node stops.</summary>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public async Task WaitAsync(Guid approvalId, TimeSpan time, CancellationToken cancellationToken)
    {
        var told = _waiting.GetOrAdd(
            approvalId, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        try
        {
            await told.Task.WaitAsync(time, _time, either.Token);
        }
        catch (TimeoutException)
        {
            // The store says what became of it.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The node stops; likewise.
        }
        finally
        {
            _waiting.TryRemove(approvalId, out _);
        }
    }

    public void Tell(Guid approvalId)
    {
        if (_waiting.TryGetValue(approvalId, out var told))
        {
            told.TrySetResult();
        }
    }

    /// <summary>Nobody waits from now on.</summary>
    public void Stop() => _stopping.Cancel();

    public void Dispose()
    {
        _stopping.Cancel();
        _poll?.Dispose();
        _stopping.Dispose();
    }

    private void Ask()
    {
        if (_waiting.IsEmpty || Interlocked.Exchange(ref _asking, 1) != 0)
        {
            return;
        }

        try
        {
            var after = (_time.GetUtcNow() - s_margin).ToUnixTimeMilliseconds();
            foreach (var decided in _store.Read(after, static (connection, at) => connection.Approvals.ListDecided(at)))
            {
                Tell(decided);
            }
        }
        catch (StoreException)
        {
            // It is asked again; who waits in vain asks the store itself.
        }
        finally
        {
            Volatile.Write(ref _asking, 0);
        }
    }
}
