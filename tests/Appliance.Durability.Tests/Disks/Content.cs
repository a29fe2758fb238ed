using Appliance.Durability.Tests.Recordings;

namespace Appliance.Durability.Tests.Disks;

/// <summary>The bytes of a file.</summary>
internal sealed class Content
{
    private byte[] _bytes = [];
    private int _length;

    public Content()
    {
    }

    public Content(Content other)
    {
        _bytes = other.Bytes.ToArray();
        _length = _bytes.Length;
    }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public void Apply(Operation change)
    {
        if (change.Kind == OperationKind.Write)
        {
            Write(checked((int)change.Number), change.Data.Span);
        }
        else
        {
            Resize(checked((int)change.Number));
        }
    }

    public void Write(int offset, ReadOnlySpan<byte> data)
    {
        if (offset + data.Length > _length)
        {
            Resize(offset + data.Length);
        }

        data.CopyTo(_bytes.AsSpan(offset));
    }

    /// <summary>Cuts off, or adds zeros.</summary>
    private void Resize(int length)
    {
        if (length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(length, 2 * _bytes.Length));
        }

        if (length < _length)
        {
            _bytes.AsSpan(length, _length - length).Clear();
        }

        _length = length;
    }
}
