using Appliance.Factors.Interop;

namespace Appliance.Factors;

/// <summary>
/// Keeps PBKDF2 from eating the machine: so many computations at once, so many waiting, the rest turned away at once.
/// Computations run on threads of their own, never on the pool's, where they would hold up everybody's requests, and
/// the kernel lets the others go first: who floods the lane takes little from those who sign.
/// </summary>
public sealed class PasswordLane : IDisposable
{
    private readonly PasswordHasher _hasher;
    private readonly SemaphoreSlim _places;
    private readonly int _limit;
    private int _inside;

    /// <summary>Makes a lane.</summary>
    /// <param name="hasher">What computes.</param>
    /// <param name="concurrency">Computations at once, 1 to 64. Default 2.</param>
    /// <param name="queueLimit">Callers that may wait, 0 to 10,000. Default 32, under 2 s of waiting.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public PasswordLane(PasswordHasher hasher, int concurrency = 2, int queueLimit = 32)
    {
        ArgumentNullException.ThrowIfNull(hasher);
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(concurrency, 64);
        ArgumentOutOfRangeException.ThrowIfNegative(queueLimit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(queueLimit, 10_000);
        _hasher = hasher;
        _places = new SemaphoreSlim(concurrency, concurrency);
        _limit = concurrency + queueLimit;
    }

    /// <summary>What computes.</summary>
    public PasswordHasher Hasher => _hasher;

    /// <summary>Callers computing or waiting now.</summary>
    public int Inside => Volatile.Read(ref _inside);

    /// <summary>Checks a password as <see cref="PasswordHasher.Verify"/> does, in turn.</summary>
    /// <param name="password">What the caller typed.</param>
    /// <param name="stored">The stored hash; null for an unknown user, who waits and computes like any other.</param>
    /// <param name="cancellationToken">Ends the wait for a turn; a computation once begun is finished.</param>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public async Task<PasswordCheck> VerifyAsync(string password, byte[]? stored, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(password);
        var right = await RunAsync(() => _hasher.Verify(password, stored), cancellationToken).ConfigureAwait(false);
        return right switch
        {
            null => PasswordCheck.Overloaded,
            true => PasswordCheck.Right,
            false => PasswordCheck.Wrong,
        };
    }

    /// <summary>Hashes a password in turn; null when too many are waiting.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    /// <exception cref="ArgumentException">As <see cref="PasswordHasher.Hash"/> says.</exception>
    public async Task<byte[]?> HashAsync(string password, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(password);
        byte[]? hash = null;
        await RunAsync(() => (hash = _hasher.Hash(password)).Length > 0, cancellationToken).ConfigureAwait(false);
        return hash;
    }

    /// <summary>Gives the lane back. Call it when no caller is inside.</summary>
    public void Dispose() => _places.Dispose();

    /// <summary>Runs a computation in turn; null when the lane is full.</summary>
    internal async Task<bool?> RunAsync(Func<bool> computation, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _inside) > _limit)
        {
            Interlocked.Decrement(ref _inside);
            return null;
        }

        try
        {
            await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await Task.Factory.StartNew(
                    () => RunBehindOthers(computation),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default)
                    .ConfigureAwait(false);
            }
            finally
            {
                _places.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    /// <summary>On a thread that ends with the computation: LongRunning makes one for each.</summary>
    private static bool RunBehindOthers(Func<bool> computation)
    {
        ThreadNiceness.LowerCurrentThread();
        return computation();
    }
}
