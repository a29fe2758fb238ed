using Appliance.Pkcs11.Sessions;
using Appliance.Pkcs11.Sessions.Wrapped;
using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11;

/// <summary>
/// Hashes to sign with one key, and what became of it. Reusable: set the inputs, hand it to a
/// <see cref="SlotGroup"/>, wait for <see cref="Completed"/>, read the results, and set it up again. Between handing
/// over and completion it belongs to the group.
/// </summary>
public sealed class SignJob
{
    /// <summary>Key to sign with.</summary>
    public required KeyReference Key { get; set; }

    /// <summary>How; must fit the key.</summary>
    public required SignatureScheme Scheme { get; set; }

    /// <summary>Hashes, each of <see cref="SignatureScheme.HashLength"/> bytes; at least one.</summary>
    public required IReadOnlyList<byte[]> Hashes { get; set; }

    /// <summary>Bulk work gives way to interactive work between any two signatures.</summary>
    public bool IsBulk { get; set; }

    /// <summary>
    /// Whose it is: where jobs of several wait, they take turns. <see cref="Guid.Empty"/> stands for somebody, too.
    /// </summary>
    public Guid Client { get; set; }

    /// <summary>
    /// Timestamp, of the group's clock, from which nobody waits for it: a job that no session has begun by then ends as
    /// <see cref="SignOutcome.NeverDispatched"/>. 0 for none.
    /// </summary>
    public long Deadline { get; set; }

    /// <summary>
    /// Called once, on the thread that signed (or stopped), after the results are in place. Must be quick and must not
    /// block: the session waits for it.
    /// </summary>
    public Action<SignJob>? Completed { get; set; }

    /// <summary>
    /// Asked on the session's thread just before the first C_Sign: false ends the job as
    /// <see cref="SignOutcome.NeverDispatched"/>, however long it has waited. Null for always.
    /// </summary>
    public Func<SignJob, bool>? MayStart { get; set; }

    /// <summary>
    /// Called at most once and before <see cref="Completed"/>, on the watchdog's thread, when the call that signs does
    /// not return: who waits may be told. The job is not over: Completed comes when the call returns, which may be
    /// never. Must be quick. Null for nobody.
    /// </summary>
    public Action<SignJob>? Overdue { get; set; }

    /// <summary>The caller's own.</summary>
    public object? State { get; set; }

    /// <summary>
    /// One signature per hash when <see cref="Outcome"/> is <see cref="SignOutcome.Signed"/>, in order. Taken as given
    /// when it is long enough, else allocated. After any other outcome its entries mean nothing.
    /// </summary>
    public byte[]?[] Signatures { get; set; } = [];

    /// <summary>How it ended.</summary>
    public SignOutcome Outcome { get; internal set; }

    /// <summary>CKR_ value behind an outcome other than Signed; 0 where no native call failed.</summary>
    public uint ReturnValue { get; internal set; }

    /// <summary>True from just before the first C_Sign for one of the hashes.</summary>
    public bool Dispatched { get; internal set; }

    /// <summary>
    /// Signatures that the token has made for this job, also when it did not end in Signed (they are thrown away).
    /// </summary>
    public int SignedCount { get; internal set; }

    /// <summary>Slots that failed this job for a reason of their own, one bit each: not tried there again.</summary>
    internal ulong TriedSlots { get; set; }

    /// <summary>Who waited has been told that the call does not return: no other slot tries.</summary>
    internal bool WasOverdue { get; set; }

    /// <summary>Hashes done before a bulk job gave way to interactive work.</summary>
    internal int Next { get; set; }

    /// <summary>Next in the queue, which is linked through its jobs: waiting allocates nothing.</summary>
    internal SignJob? NextInLine { get; set; }

    /// <summary>Whether it may still be begun.</summary>
    internal bool MayBegin(TimeProvider time)
        => (Deadline == 0 || time.GetTimestamp() < Deadline) && MayStart?.Invoke(this) != false;

    /// <summary>The first hash that the slot which has it now signed: those before are another slot's.</summary>
    internal int FirstHere { get; set; }

    /// <summary>Wrong signatures that this slot had made when it began with the job.</summary>
    internal long WrongBefore { get; set; }

    internal void TellOverdue(ILogger logger)
    {
        if (WasOverdue)
        {
            return;
        }

        WasOverdue = true;
        try
        {
            Overdue?.Invoke(this);
        }
        catch (Exception e)
        {
            Log.CallbackThrew(logger, e);
        }
    }

    /// <summary>What came of waiting for a wrapped key.</summary>
    internal KeyAnswer? Answer { get; set; }

    /// <summary>How often the present hash has waited for its key.</summary>
    internal int Parks { get; set; }

    /// <summary>The thread that waits for the key; null where the job is parked.</summary>
    internal JobWait? Wait { get; set; }

    /// <summary>Lets go of a key that the job has not come to use.</summary>
    internal void DropAnswer()
    {
        Answer?.Key?.Release();
        Answer = null;
    }

    internal void Start()
    {
        DropAnswer();
        Parks = 0;
        Outcome = SignOutcome.None;
        ReturnValue = 0;
        Dispatched = false;
        SignedCount = 0;
        TriedSlots = 0;
        Next = 0;
        FirstHere = 0;
        WasOverdue = false;
        if (Signatures.Length < Hashes.Count)
        {
            Signatures = new byte[]?[Hashes.Count];
        }
    }
}
