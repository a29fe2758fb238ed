namespace Appliance.Pkcs11.Sessions.Wrapped;

/// <summary>
/// A wrapped key in one owner's shard: awaited, then there, then dead. Whoever signs with it holds a pin; it is
/// destroyed only by who brings the count from zero to dead, which no pin survives.
/// </summary>
internal sealed class WrappedEntry
{
    /// <summary>So low that pins that come too late do not reach zero.</summary>
    private const int Dead = int.MinValue / 2;

    private readonly KeyOwner _owner;
    private volatile FoundKey? _found;
    private volatile bool _used = true;
    private volatile bool _dropped;
    private int _pins;

    public WrappedEntry(KeyOwner owner, KeyReference key)
    {
        _owner = owner;
        Key = key;
    }

    public KeyReference Key { get; }

    /// <summary>The handle; null while it is awaited.</summary>
    public FoundKey? Found => _found;

    /// <summary>Jobs that wait for it, under the owner's lock; null once they have been told.</summary>
    public List<SignJob>? Waiting { get; set; } = [];

    /// <summary>Under the owner's lock: somebody waits who goes first.</summary>
    public bool IsUrgent { get; set; }

    /// <summary>Not to be used any more.</summary>
    public bool IsDropped => _dropped;

    /// <summary>The handle may be another key's by now: it is not even destroyed.</summary>
    public bool IsStale { get; private set; }

    public bool IsPinned => Volatile.Read(ref _pins) > 0;

    /// <summary>True when it may be used; then <see cref="Unpin"/> must follow.</summary>
    public bool TryPin()
    {
        if (Interlocked.Increment(ref _pins) <= 0)
        {
            Interlocked.Decrement(ref _pins);
            return false;
        }

        if (!_used)
        {
            _used = true;
        }

        return true;
    }

    public void Unpin()
    {
        if (Interlocked.Decrement(ref _pins) == 0 && _owner.WantsRoom)
        {
            _owner.Wake();
        }
    }

    /// <summary>Owner only: it is there, with a pin for each that waited.</summary>
    public void Settle(FoundKey found, int pins)
    {
        Volatile.Write(ref _pins, pins);
        _found = found;
    }

    /// <summary>Owner only: whether it was used since the last look.</summary>
    public bool TakeUsed()
    {
        var used = _used;
        _used = false;
        return used;
    }

    /// <summary>Nobody is to use it any more; it is the next to go.</summary>
    public void Condemn(bool isStale)
    {
        IsStale |= isStale;
        _dropped = true;
        _used = false;
    }

    /// <summary>Owner only: true when nobody holds a pin, and nobody will.</summary>
    public bool TryKill() => Interlocked.CompareExchange(ref _pins, Dead, 0) == 0;
}
