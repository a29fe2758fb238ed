using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// Reads a body that may be anything. What does not fit reads as nothing and is remembered: look at
/// <see cref="IsWhole"/> at the end, and believe nothing before.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct FrameReader
{
    private ReadOnlySpan<byte> _rest;
    private bool _bad;

    public FrameReader(ReadOnlySpan<byte> body) => _rest = body;

    /// <summary>Something was missing or not allowed.</summary>
    public readonly bool IsBad => _bad;

    /// <summary>Everything was there, and nothing more.</summary>
    public readonly bool IsWhole => !_bad && _rest.IsEmpty;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Left => _rest.Length;

    public byte Byte() => Raw(1) is [var value] ? value : (byte)0;

    public bool Flag() => Byte() != 0;

    public uint UInt32() => Raw(4) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    public ulong UInt64() => Raw(8) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    /// <summary>So many bytes.</summary>
    public ReadOnlySpan<byte> Raw(int count)
    {
        if (_bad || count < 0 || count > _rest.Length)
        {
            Refuse();
            return [];
        }

        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    /// <summary>Bytes with their number before them, at most so many.</summary>
    public ReadOnlySpan<byte> Bytes(int most = FrameWriter.MaxBody)
    {
        var count = UInt32();
        if (count > (uint)most)
        {
            Refuse();
            return [];
        }

        return Raw((int)count);
    }

    public string Text(int most) => Encoding.UTF8.GetString(Bytes(most));

    /// <summary>What was read does not make sense.</summary>
    public void Refuse()
    {
        _bad = true;
        _rest = [];
    }
}
