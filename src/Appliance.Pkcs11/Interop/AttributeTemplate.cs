using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Appliance.Pkcs11.Interop;

/// <summary>
/// A CK_ATTRIBUTE array with its values, in native memory so that nothing moves while a call reads it. Values may be
/// secret (CKA_VALUE), so the memory is zeroed. Control plane only.
/// </summary>
internal sealed unsafe class AttributeTemplate : IDisposable
{
    private const int MaxAttributes = 24;
    private const int MaxValueBytes = 4096;

    private readonly CK_ATTRIBUTE* _attributes;
    private readonly byte* _values;
    private int _count;
    private int _used;

    public AttributeTemplate()
    {
        _attributes = (CK_ATTRIBUTE*)NativeMemory.AllocZeroed(MaxAttributes, (nuint)sizeof(CK_ATTRIBUTE));
        _values = (byte*)NativeMemory.AllocZeroed(MaxValueBytes);
    }

    public CK_ATTRIBUTE* Pointer => _attributes;

    public CULong Count => new((uint)_count);

    public AttributeTemplate Add(uint type, ReadOnlySpan<byte> value)
    {
        if (_count == MaxAttributes || value.Length > MaxValueBytes - _used)
        {
            throw new ArgumentException("Too many attributes or too long a value.", nameof(value));
        }

        var at = _values + _used;
        value.CopyTo(new Span<byte>(at, value.Length));
        _attributes[_count] = new CK_ATTRIBUTE
        {
            type = new CULong(type),
            pValue = at,
            ulValueLen = new CULong((uint)value.Length),
        };
        _count++;
        _used += (value.Length + sizeof(nint) - 1) / sizeof(nint) * sizeof(nint);
        return this;
    }

    public AttributeTemplate Add(uint type, bool value) => Add(type, [value ? (byte)1 : (byte)0]);

    public AttributeTemplate Add(uint type, uint value)
    {
        var number = new CULong(value);
        return Add(type, new ReadOnlySpan<byte>(&number, sizeof(CULong)));
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(new Span<byte>(_values, MaxValueBytes));
        NativeMemory.Free(_values);
        NativeMemory.Free(_attributes);
    }
}
