namespace Appliance.Signing.SignHash;

/// <summary>
/// Waits for an operation in flight that is the same as the caller's: here, until it ends; on another node, which can
/// only be seen in the store, for growing pauses and not for long.
/// </summary>
internal sealed class Joining(OperationsInFlight inFlight, UInt128 key, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(500);

    private readonly long _start = time.GetTimestamp();
    private TimeSpan _pause = s_firstPause;

    /// <summary>True: ask the ledger again. False: it takes too long.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; the operation goes on.</exception>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (inFlight.TryFind(key, out var end))
        {
            await end.WaitAsync(cancellationToken);
            return true;
        }

        if (time.GetElapsedTime(_start) >= s_patience)
        {
            return false;
        }

        // It may as well have ended here a moment ago, so the first pause is a short one.
        await Task.Delay(_pause, time, cancellationToken);
        _pause = _pause * 2 < s_longestPause ? _pause * 2 : s_longestPause;
        return true;
    }
}
