using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity.Decisions;

/// <summary>
/// One decision of Identity on its way through the commit loop, with what must happen in memory once it is durable
/// and before anybody is told.
/// </summary>
internal sealed class CommitWork<T>(
    Func<StoreConnection, T> apply, Action<T> committed, Action<StoreKeys>? announce = null) : LedgerWork
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    internal Task<T> Completion => _completion.Task;

    public override void Announce(StoreKeys keys) => announce?.Invoke(keys);

    public override void Apply(StoreConnection store) => _result = apply(store);

    public override void Committed()
    {
        committed(_result);
        _completion.SetResult(_result);
    }

    public override void Failed(Exception exception) => _completion.SetException(exception);
}
