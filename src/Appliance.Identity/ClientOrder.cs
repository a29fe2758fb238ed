using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>What a client is to be; also what of it is to change, where null stands for "as it is".</summary>
public sealed record ClientOrder
{
    /// <summary>The organisation that it belongs to, a signer; null for none, or as it is.</summary>
    public Guid? OrganisationId { get; init; }

    /// <summary>What it may do.</summary>
    public ClientOperations? Operations { get; init; }

    /// <summary>With which credentials; Organisation only for a client that belongs to one.</summary>
    public ClientReach? Reach { get; init; }

    /// <summary>Calls and items a second on each node, 0 (no limit) to 1,000,000.</summary>
    public int? Rate { get; init; }

    /// <summary>How many at once after a rest, 1 to 1,000,000; as many as a second's where nothing is said.</summary>
    public int? Burst { get; init; }

    /// <summary>Calls and items in work at a time on each node, 0 (no limit) to 1,000,000.</summary>
    public int? Concurrency { get; init; }

    /// <summary>
    /// Time stamps on a day (UTC) on all nodes together, 1 to 1,000,000,000; 0 for no limit,
    /// <see cref="ClientRow.AsSettingSays"/> for what the setting says of all.
    /// </summary>
    public int? TimestampsPerDay { get; init; }
}
