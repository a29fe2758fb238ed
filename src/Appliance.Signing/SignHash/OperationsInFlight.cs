using System.Collections.Concurrent;

namespace Appliance.Signing.SignHash;

/// <summary>
/// The operations of this node whose requests carry an id, from their reservation until their outcome is stored, so
/// that who asks for the same can wait. The ledger alone decides what is the same: this only knows when to ask it
/// again.
/// </summary>
internal sealed class OperationsInFlight
{
    private readonly ConcurrentDictionary<UInt128, TaskCompletionSource> _ends = new();

    public int Count => _ends.Count;

    /// <summary>The ledger granted it, which it does once at a time for a key.</summary>
    public void Enter(UInt128 key)
        => _ends[key] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its outcome is stored, or can never be.</summary>
    public void Leave(UInt128 key)
    {
        if (_ends.TryRemove(key, out var end))
        {
            end.SetResult();
        }
    }

    /// <summary>
    /// Gives what completes when the operation leaves; false when none of this key is in flight here.
    /// </summary>
    public bool TryFind(UInt128 key, out Task end)
    {
        var found = _ends.TryGetValue(key, out var source);
        end = found ? source!.Task : Task.CompletedTask;
        return found;
    }
}
