using Appliance.Storage;

namespace Appliance.Factors;

/// <summary>
/// Runs work in the next transaction, and again after a rollback; it is durable when the task completes.
/// </summary>
public delegate Task StoreWrite(Action<StoreConnection> work, CancellationToken cancellationToken);
