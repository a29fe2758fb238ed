namespace Appliance.Identity.Tokens;

/// <summary>
/// Reads a number that others may raise at any time, for many who ask at once: a read begins after everybody asked whom
/// it serves. While one runs, those who come wait for the next, so that one is in flight at a time.
/// </summary>
internal sealed class EpochReader(Func<long> read)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<long>? _next;
    private bool _isReading;
    private long _rounds;

    /// <summary>Reads that were begun.</summary>
    internal long Rounds => Interlocked.Read(ref _rounds);

    /// <summary>The number as it was at some time after this call began.</summary>
    internal ValueTask<long> ReadAsync()
    {
        lock (_gate)
        {
            if (_isReading)
            {
                _next ??= new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
                return new(_next.Task);
            }

            _isReading = true;
        }

        try
        {
            Interlocked.Increment(ref _rounds);
            return new(read());
        }
        finally
        {
            StartNext();
        }
    }

    /// <summary>On a thread of the pool: nobody's request reads for others that came after it.</summary>
    private void StartNext()
    {
        TaskCompletionSource<long>? waiting;
        lock (_gate)
        {
            (waiting, _next) = (_next, null);
            _isReading = waiting is not null;
        }

        if (waiting is not null)
        {
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
            waiting.SetException(error);
        }
        finally
        {
            StartNext();
        }
    }
}
