namespace Appliance.Pkcs11.Tests.Fakes;

/// <summary>A session of a fake token. Remembers who uses it, since no two threads may at once.</summary>
internal sealed class FakeSession
{
    private int _inside;

    public FakeSession(FakeSlot slot) => Slot = slot;

    public FakeSlot Slot { get; }

    public Queue<uint> Found { get; } = new();

    public FakeKey? SignKey { get; set; }

    /// <summary>C_GetSessionInfo calls.</summary>
    public int InfoCalls { get; set; }

    /// <summary>The PIN was given for one signature.</summary>
    public bool MaySignOne { get; set; }

    /// <summary>True when another call is inside: the mistake PKCS#11 forbids.</summary>
    public bool Enter() => Interlocked.Exchange(ref _inside, 1) == 0;

    public void Leave() => Volatile.Write(ref _inside, 0);
}
