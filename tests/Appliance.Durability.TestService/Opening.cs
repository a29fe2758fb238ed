using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Durability.TestService;

/// <summary>Opens an activation and marks it on the loop's thread, where the commit's number still stands.</summary>
internal sealed class Opening(Activations activations, ActivationRequest grant, Marks marks) : LedgerWork
{
    private readonly NewActivation _activation = activations.Prepare(grant);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Done => _done.Task;

    public override void Apply(StoreConnection store) => activations.Open(store, _activation);

    public override void Committed()
    {
        marks.Opened(grant);
        _done.SetResult();
    }

    public override void Failed(Exception exception) => _done.SetException(exception);
}
