namespace Appliance.Ledger;

/// <summary>The limits of a <see cref="CommitLoop"/>.</summary>
public sealed class CommitLoopOptions
{
    /// <summary>Most pieces of interactive work in one commit, and of bulk work as well. Defaults to 256.</summary>
    public int MaxBatch { get; init; } = 256;

    /// <summary>Most rows of bulk work in one commit (one piece is never split). Defaults to 2,000.</summary>
    public int MaxBulkRows { get; init; } = 2_000;

    /// <summary>Work that may wait; more is refused. Defaults to 16,384.</summary>
    public int QueueLimit { get; init; } = 16_384;

    /// <summary>
    /// After this long, a transaction takes no more work and commits, so that those first in it do not wait for those
    /// last. Defaults to 5 ms.
    /// </summary>
    public TimeSpan MaxApplyTime { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// How long work that nobody waits for waits for company, so that a lone caller pays for one commit and not for
    /// two. Defaults to 5 ms.
    /// </summary>
    public TimeSpan MaxOutcomeDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// How long a commit waits for company at most, and only while the tokens have work for twice as long: then it
    /// delays nobody, and fewer syncs leave more of the processor to a token that is the processor. Defaults to 4 ms;
    /// zero never waits.
    /// </summary>
    public TimeSpan GatherTime { get; init; } = TimeSpan.FromMilliseconds(4);
}
