namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// A job of which hashes are in a child process. It is over when everything that was sent has come back, or is known to
/// be lost, and nothing more is going to be sent.
/// </summary>
internal sealed class SentJob
{
    public SentJob(SignJob job)
    {
        Job = job;
        First = job.Next;
        Next = job.Next;
    }

    public SignJob Job { get; }

    /// <summary>The first hash that is this slot's.</summary>
    public int First { get; }

    /// <summary>The first hash that is not sent yet.</summary>
    public int Next { get; set; }

    /// <summary>Pieces that are out, and one more while the sender is not done with it.</summary>
    public int Open { get; set; } = 1;

    /// <summary>Hashes signed from the first on without a gap.</summary>
    public int Done { get; set; }

    /// <summary>How it fails; None while it does not.</summary>
    public SignOutcome Failure { get; set; }

    public uint ReturnValue { get; set; }
}
