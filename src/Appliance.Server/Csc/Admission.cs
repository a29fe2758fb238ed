namespace Appliance.Server.Csc;

/// <summary>
/// Step 1 of every call on either wire: a place among those in work, or a refusal that costs next to nothing. While the
/// process stops nobody gets a place.
/// </summary>
internal sealed class Admission(int limit)
{
    private int _inside;
    private volatile bool _stopping;

    /// <summary>Calls in work.</summary>
    public int Inside => Volatile.Read(ref _inside);

    /// <summary>Null when a place was taken, which <see cref="Leave"/> gives back; else why there is none.</summary>
    public CscError? TryEnter()
    {
        if (_stopping)
        {
            return CscErrors.Stopping;
        }

        if (Interlocked.Increment(ref _inside) <= limit)
        {
            return null;
        }

        Interlocked.Decrement(ref _inside);
        return CscErrors.Busy;
    }

    public void Leave() => Interlocked.Decrement(ref _inside);

    /// <summary>No new work from now on; calls in work finish.</summary>
    public void Stop() => _stopping = true;
}
