namespace Appliance.Storage.Chains;

/// <summary>In whose name a connection writes: a chain ends where that changes.</summary>
internal readonly record struct ChainIdentity(string Node, long Incarnation, int Lane, long Writer);
