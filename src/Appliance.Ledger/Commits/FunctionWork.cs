using Appliance.Storage;

namespace Appliance.Ledger.Commits;

/// <summary>A function that a task waits for.</summary>
internal sealed class FunctionWork<T>(
    Func<StoreConnection, T> apply, int rows, Action<StoreKeys>? announce, CancellationToken cancellationToken)
    : LedgerWork
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;
    private bool _applied;

    public Task<T> Task => _source.Task;

    public override bool IsBulk => rows > MostInteractiveRows;

    public override int Rows => rows;

    public override void Announce(StoreKeys keys) => announce?.Invoke(keys);

    public override void Apply(StoreConnection store)
    {
        _applied = !cancellationToken.IsCancellationRequested;
        if (_applied)
        {
            _result = apply(store);
        }
    }

    public override void Committed()
    {
        if (_applied)
        {
            _source.TrySetResult(_result);
        }
        else
        {
            _source.TrySetCanceled(cancellationToken);
        }
    }

    public override void Failed(Exception exception) => _source.TrySetException(exception);
}
