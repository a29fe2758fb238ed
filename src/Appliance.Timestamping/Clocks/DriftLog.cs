namespace Appliance.Timestamping.Clocks;

/// <summary>The last events; the oldest goes. Any thread.</summary>
internal sealed class DriftLog(int limit)
{
    private readonly Lock _gate = new();
    private readonly Queue<ClockEvent> _events = new();

    public void Add(in ClockEvent entry)
    {
        lock (_gate)
        {
            if (_events.Count == limit)
            {
                _events.Dequeue();
            }

            _events.Enqueue(entry);
        }
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<ClockEvent> Read()
    {
        lock (_gate)
        {
            return [.. _events];
        }
    }
}
