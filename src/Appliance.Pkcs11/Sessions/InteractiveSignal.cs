namespace Appliance.Pkcs11.Sessions;

/// <summary>How much interactive work waits: looked at between two signatures of a bulk job, without a lock.</summary>
internal sealed class InteractiveSignal
{
    private volatile int _waiting;

    public bool IsWaiting => _waiting > 0;

    /// <summary>Set under the lock of the queue it speaks of.</summary>
    public int Waiting
    {
        get => _waiting;
        set => _waiting = value;
    }
}
