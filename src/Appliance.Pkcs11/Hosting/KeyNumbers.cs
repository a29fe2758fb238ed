namespace Appliance.Pkcs11.Hosting;

/// <summary>Keys that a child has been told: each is sent once, and named by its number after that.</summary>
internal sealed class KeyNumbers
{
    private readonly Dictionary<KeyReference, uint> _numbers = [];
    private readonly int _limit;
    private uint _last;

    public KeyNumbers(int limit) => _limit = Math.Max(limit, 1);

    public void Clear() => _numbers.Clear();

    /// <summary>The key's number; where it is new, the key goes into the frame before.</summary>
    public uint Of(KeyReference key, FrameWriter frame)
    {
        if (_numbers.TryGetValue(key, out var number))
        {
            return number;
        }

        if (_numbers.Count >= _limit)
        {
            _numbers.Clear();
            frame.Byte((byte)JobFrame.ForgetKeys);
        }

        number = unchecked(++_last);
        _numbers.Add(key, number);
        frame.Byte((byte)JobFrame.Key).UInt32(number)
            .Bytes(key.Id.Span).Text(key.Label).Bytes(key.SubjectPublicKeyInfo.Span)
            .Flag(key.Wrapped is not null);
        if (key.Wrapped is { } wrapped)
        {
            frame.Bytes(wrapped.WrappingKey.Id.Span).Text(wrapped.WrappingKey.Label).Bytes(wrapped.Blob.Span);
        }

        return number;
    }
}
