using System.Globalization;

namespace Appliance.Ledger;

/// <summary>What an earlier run of a node had reserved and not settled when it ended, as a crash leaves it.</summary>
/// <param name="Run">The run's number: its incarnation.</param>
/// <param name="Node">The node's name.</param>
/// <param name="StartedAt">When the run began, Unix milliseconds.</param>
/// <param name="Requests">How many requests.</param>
/// <param name="Hashes">How many hash occurrences they hold.</param>
public sealed record UnsettledRun(long Run, string Node, long StartedAt, int Requests, int Hashes)
{
    /// <summary>For people: how much, and of which run.</summary>
    public override string ToString()
    {
        var started = DateTimeOffset.FromUnixTimeMilliseconds(StartedAt);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Requests} requests with {Hashes} hashes, reserved by run {Run} of {Node} (started {started:u})");
    }
}
