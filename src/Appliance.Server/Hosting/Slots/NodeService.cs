namespace Appliance.Server.Hosting.Slots;

/// <summary>Whether a node is in service, as its operator wants it.</summary>
internal enum NodeService
{
    /// <summary>It serves.</summary>
    Serving,

    /// <summary>It tells balancers to look elsewhere, and signs what still comes.</summary>
    Leaving,

    /// <summary>All its slots are drained: it refuses what comes.</summary>
    Drained,
}
