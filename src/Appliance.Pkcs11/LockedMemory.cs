using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11;

/// <summary>
/// Memory for secrets (PINs, the root key): own pages, outside the garbage collector's heap so that no copies are made,
/// locked against swapping, kept out of core dumps (Linux), zeroed when disposed.
/// </summary>
public sealed unsafe class LockedMemory : MemoryManager<byte>
{
    private readonly int _length;
    private readonly nuint _size;
    private byte* _pages;

    private LockedMemory(int length)
    {
        var page = (nuint)Environment.SystemPageSize;
        _length = length;
        _size = ((nuint)Math.Max(length, 1) + page - 1) / page * page;
        _pages = (byte*)NativeMemory.AlignedAlloc(_size, page);
        NativeMemory.Clear(_pages, _size);
        IsLocked = MemoryLock.TryLock(_pages, _size);
    }

    /// <summary>Length in bytes.</summary>
    public int Length => _length;

    /// <summary>
    /// False when the system refused to lock the pages (RLIMIT_MEMLOCK); they are then ordinary memory.
    /// </summary>
    public bool IsLocked { get; }

    /// <summary>Allocates zeroed bytes.</summary>
    /// <param name="length">1 to 1,048,576 bytes.</param>
    public static LockedMemory Allocate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 1_048_576);
        return new LockedMemory(length);
    }

    /// <summary>Copies a secret; the caller zeroes its own copy.</summary>
    public static LockedMemory CopyOf(ReadOnlySpan<byte> secret)
    {
        var memory = Allocate(secret.Length);
        secret.CopyTo(memory.GetSpan());
        return memory;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_pages is null, this);
        return new Span<byte>(_pages, _length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_pages is null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, _length);
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        return new MemoryHandle(_pages + elementIndex, pinnable: this);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
        // The pages never move.
    }

    /// <summary>Zeroes and frees the memory.</summary>
    public void Dispose() => ((IDisposable)this).Dispose();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        var pages = _pages;
        if (pages is null)
        {
            return;
        }

        _pages = null;
        CryptographicOperations.ZeroMemory(new Span<byte>(pages, _length));
        if (IsLocked)
        {
            MemoryLock.Unlock(pages, _size);
        }

        NativeMemory.AlignedFree(pages);
    }
}
