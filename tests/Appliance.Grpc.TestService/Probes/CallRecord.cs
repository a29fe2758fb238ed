using Appliance.Grpc.TestService.Protos;

namespace Appliance.Grpc.TestService.Probes;

/// <summary>What became of one call. Written by its handler, read by reports.</summary>
internal sealed class CallRecord
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ReportResponse.Types.State _state;
    private int _read;
    private int _written;

    public Task Started => _started.Task;

    public Task Ended => _ended.Task;

    public void Start()
    {
        _state = ReportResponse.Types.State.Running;
        _started.TrySetResult();
    }

    public void CountRead() => Interlocked.Increment(ref _read);

    public void CountWritten() => Interlocked.Increment(ref _written);

    public void End(ReportResponse.Types.State state)
    {
        _state = state;
        _ended.TrySetResult();
    }

    public ReportResponse Report() => new()
    {
        State = _state,
        Read = Volatile.Read(ref _read),
        Written = Volatile.Read(ref _written),
    };
}
