namespace Appliance.Ledger;

/// <summary>How a <see cref="Sweeper"/> goes about its work.</summary>
public sealed class SweeperOptions
{
    /// <summary>Rows that it removes in one commit at most. Defaults to 500.</summary>
    public int RowsPerCommit { get; init; } = 500;

    /// <summary>Between two commits that removed something. Defaults to 20 ms.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Before it looks again when there was nothing left, or the store failed. Defaults to one minute.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);
}
