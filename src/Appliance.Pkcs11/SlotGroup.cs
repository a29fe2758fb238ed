using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11;

/// <summary>
/// The data plane: signs hashes on the sessions of one or several tokens that hold the same keys, the least loaded
/// healthy one first. Tokens must be logged in, and outlive the group.
/// </summary>
public sealed class SlotGroup : IDisposable
{
    private readonly SlotGroupOptions _options;

    /// <summary>Opens the group; in <see cref="SlotDispatch.Workers"/> its threads start.</summary>
    /// <param name="tokens">1 to 64 tokens, logged in.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">Clock; null takes the system's.</param>
    /// <param name="logger">Null logs nothing.</param>
    public SlotGroup(
        IReadOnlyList<Token> tokens, SlotGroupOptions options, TimeProvider? time = null, ILogger? logger = null)
    {
        _options = options;
        _ = tokens;
        _ = time;
        _ = logger;
    }

    /// <summary>Workers or inline.</summary>
    public SlotDispatch Dispatch => _options.Dispatch;

    /// <summary>Every slot at this moment.</summary>
    public IReadOnlyList<SlotStatus> Slots => throw new NotSupportedException();

    /// <summary>
    /// Hands a job to the least loaded healthy slot; <see cref="SignJob.Completed"/> tells when it is done. Never blocks.
    /// </summary>
    /// <returns>
    /// False when the queues are full or the group is stopping: then the job is untouched, Completed is not called, and
    /// nothing was dispatched.
    /// </returns>
    /// <exception cref="ArgumentException">The scheme does not fit the key, or a hash is not of its length.</exception>
    /// <exception cref="InvalidOperationException">The group works inline.</exception>
    public bool TryEnqueue(SignJob job) => throw new NotSupportedException();

    /// <summary>
    /// Hands over several at once, waking no more workers than needed: those from the returned count on were refused.
    /// </summary>
    public int TryEnqueue(ReadOnlySpan<SignJob> jobs) => throw new NotSupportedException();

    /// <summary>
    /// Signs on the calling thread with a rented session, waiting for one when all are busy. Completed is called before
    /// it returns. When too many wait already, or the group is stopping, the outcome is NeverDispatched.
    /// </summary>
    /// <exception cref="ArgumentException">The scheme does not fit the key, or a hash is not of its length.</exception>
    /// <exception cref="InvalidOperationException">The group has workers.</exception>
    public void Sign(SignJob job) => throw new NotSupportedException();

    /// <summary>
    /// Takes no new jobs, finishes what is queued, closes the sessions. What is still queued after
    /// <see cref="SlotGroupOptions.StopTimeout"/> completes as NeverDispatched; a call that never returns keeps its
    /// thread and its job is not completed.
    /// </summary>
    public void Dispose()
    {
    }
}
