namespace Appliance.Pkcs11.Sessions.Wrapped;

/// <summary>A thread that waits for its job's key.</summary>
internal sealed class JobWait
{
    private readonly object _gate = new();
    private bool _over;

    /// <summary>Returns when <see cref="End"/> has been called.</summary>
    public void Wait()
    {
        lock (_gate)
        {
            while (!_over)
            {
                Monitor.Wait(_gate);
            }
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _over = true;
            Monitor.PulseAll(_gate);
        }
    }
}
