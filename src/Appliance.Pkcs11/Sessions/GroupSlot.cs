namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// A slot as its group sees it: something that takes jobs and tells how it is. Two ship: a token of a module in this
/// process, and one of a module in a child process.
/// </summary>
internal abstract class GroupSlot
{
    protected GroupSlot(Token token, int index)
    {
        Token = token;
        Index = index;
    }

    /// <summary>Its control plane.</summary>
    public Token Token { get; }

    /// <summary>Its place in the group, and its bit in <see cref="SignJob.TriedSlots"/>.</summary>
    public int Index { get; }

    public abstract SlotState State { get; }

    /// <summary>Jobs it can work on at once, at least 1.</summary>
    public abstract int Capacity { get; }

    /// <summary>Jobs (or calling threads) that wait for it.</summary>
    public abstract int Waiting { get; }

    /// <summary>Jobs being signed.</summary>
    public abstract int InFlight { get; }

    /// <summary>Smoothed time of one signature in microseconds; 0 before the first.</summary>
    public abstract long Latency { get; }

    /// <summary>Last CKR_ value that closed a session or the slot; 0 for none.</summary>
    public abstract uint LastError { get; }

    /// <summary>Puts a job into its queue. Never blocks.</summary>
    /// <returns>False when the queue is full or stopped.</returns>
    public abstract bool TryAdd(SignJob job);

    /// <summary>Adds until one does not fit; wakes no more threads than there are jobs for.</summary>
    /// <returns>How many were taken.</returns>
    public abstract int AddAll(ReadOnlySpan<SignJob> jobs);

    /// <summary>Signs on the calling thread, where the group works inline. The outcome is in the job.</summary>
    public abstract void Sign(SignJob job);

    /// <summary>Takes the slot out of service, or back into it; coming back it is probed first.</summary>
    public abstract void SetDraining(bool draining);

    /// <summary>
    /// Called some times a second by a thread that never calls the module: looks for calls that hang.
    /// </summary>
    public abstract void Watch();

    /// <summary>Takes nothing new from now on; what is queued is finished.</summary>
    public abstract void Stop();

    /// <summary>Waits until what was queued is finished, and ends its threads.</summary>
    /// <param name="start">Timestamp from which the time counts.</param>
    /// <param name="timeout">Longest wait.</param>
    /// <returns>Calls that have not returned.</returns>
    public abstract int Join(long start, TimeSpan timeout);

    /// <summary>Takes out what nobody will work on any more.</summary>
    public abstract List<SignJob> TakeRest();

    /// <summary>How it is at this moment.</summary>
    public abstract SlotStatus ReadStatus();
}
