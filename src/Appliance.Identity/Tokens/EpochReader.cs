using Appliance.Storage;

namespace Appliance.Identity.Tokens;

/// <summary>
/// Reads a number that others may raise at any time, for many who ask at once: a read begins after everybody asked whom
/// it serves. While one runs, those who come wait for the next, so that one is in flight at a time.
/// </summary>
/// <remarks>
/// Reads run on the pool's threads, and nobody waits longer than its patience: a store that hangs, as a paused one
/// does, holds one thread and refuses the others at once.
/// </remarks>
internal sealed class EpochReader(Func<long> read, TimeProvider time)
{
    /// <summary>A question that hangs is no answer.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private TaskCompletionSource<long>? _next;
    private bool _isReading;
    private long _begunAt;
    private long _rounds;

    /// <summary>Reads that were begun.</summary>
    internal long Rounds => Interlocked.Read(ref _rounds);

    /// <summary>The number as it was at some time after this call began.</summary>
    /// <exception cref="StoreException">The store failed, or does not answer.</exception>
    internal async ValueTask<long> ReadAsync()
    {
        Task<long> round;
        lock (_gate)
        {
            if (_isReading && time.GetElapsedTime(_begunAt) > s_patience)
            {
                throw Unanswered();
            }

            _next ??= new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            round = _next.Task;
            if (!_isReading)
            {
                StartNext();
            }
        }

        try
        {
            return await round.WaitAsync(2 * s_patience, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw Unanswered();
        }
    }

    private static StoreException Unanswered() => new(StoreFailure.Unavailable, 0, "The store does not answer.");

    /// <summary>With the gate held.</summary>
    private void StartNext()
    {
        var waiting = _next;
        _next = null;
        _isReading = waiting is not null;
        if (waiting is not null)
        {
            _begunAt = time.GetTimestamp();
            ThreadPool.UnsafeQueueUserWorkItem(
                static work => work.Reader.Serve(work.Waiting), (Reader: this, Waiting: waiting), preferLocal: false);
        }
    }

    private void Serve(TaskCompletionSource<long> waiting)
    {
        try
        {
            Interlocked.Increment(ref _rounds);
            waiting.SetResult(read());
        }
        catch (Exception error)
        {
            // Whoever waited may have given up: nobody else is told of this.
            waiting.SetException(error);
            _ = waiting.Task.Exception;
        }
        finally
        {
            lock (_gate)
            {
                StartNext();
            }
        }
    }
}
