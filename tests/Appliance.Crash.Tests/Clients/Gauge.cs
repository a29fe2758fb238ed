namespace Appliance.Crash.Tests.Clients;

/// <summary>A number that one caller at a time can wait for.</summary>
internal sealed class Gauge
{
    private readonly Lock _gate = new();
    private int _value;
    private int _wanted = int.MaxValue;
    private TaskCompletionSource _reached = new();

    public int Value
    {
        get
        {
            lock (_gate)
            {
                return _value;
            }
        }
    }

    public void Add(int change)
    {
        lock (_gate)
        {
            _value += change;
            if (_value >= _wanted)
            {
                _wanted = int.MaxValue;
                _reached.SetResult();
            }
        }
    }

    /// <summary>Done as soon as it is so much, or was since the call.</summary>
    public Task ReachAsync(int value)
    {
        lock (_gate)
        {
            if (_value >= value)
            {
                return Task.CompletedTask;
            }

            _wanted = value;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reached.Task;
        }
    }
}
