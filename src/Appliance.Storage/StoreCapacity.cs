namespace Appliance.Storage;

/// <summary>Whether the store has room for the connections that this node opens.</summary>
/// <param name="Needs">How many the node opens at most.</param>
/// <param name="Limit">How many the server lets this role open in this database, all nodes together.</param>
/// <param name="InUse">How many of those are open now, this node's own included.</param>
public sealed record StoreCapacity(int Needs, long Limit, long InUse);
