namespace Appliance.Ledger;

/// <summary>How long a node of a shared store is taken for alive.</summary>
public sealed class LeaseOptions
{
    /// <summary>The node's name: no two processes may have the same one at a time. Defaults to the machine's.</summary>
    public string Node { get; init; } = Environment.MachineName;

    /// <summary>
    /// How long a node may go on without having renewed its lease, which it does three times as often. Defaults to 15
    /// s.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long after that others wait before they settle what it had reserved: clocks run at different rates, and a
    /// token may still be at work. Defaults to 15 s.
    /// </summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromSeconds(15);
}
