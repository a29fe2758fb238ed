namespace Appliance.Load.Http2;

/// <summary>One call in flight.</summary>
internal struct StreamSlot
{
    /// <summary>0 when free.</summary>
    public int StreamId;

    public long Tag;

    public long StartedAt;

    /// <summary>Collects a message that spans frames; null while none does.</summary>
    public byte[]? Partial;

    public int PartialLength;
}
