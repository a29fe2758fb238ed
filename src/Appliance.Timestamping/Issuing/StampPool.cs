using System.Collections.Concurrent;

namespace Appliance.Timestamping.Issuing;

/// <summary>
/// Operations of one unit that can be used again: one is a dozen objects and buffers, which a token's rate would else
/// make garbage of. It keeps as many as were ever at work at once, which admission bounds.
/// </summary>
internal sealed class StampPool(StampPipeline pipeline, TimestampUnit unit)
{
    private readonly ConcurrentQueue<StampOperation> _idle = new();

    public StampOperation Rent()
        => _idle.TryDequeue(out var operation) ? operation : new StampOperation(pipeline, unit.NewStamp(), this);

    /// <summary>Neither caller nor ledger will look at it again.</summary>
    public void Return(StampOperation operation) => _idle.Enqueue(operation);
}
