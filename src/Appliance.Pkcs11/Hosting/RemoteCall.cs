using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// One call into a child process: its arguments, its thread's waiting, and its answer. Used again, and zeroed between.
/// Memory of the caller is written only on the caller's thread, and never beyond what it said it has.
/// </summary>
internal sealed unsafe class RemoteCall : IDisposable
{
    /// <summary>Longest output that is asked for.</summary>
    public const int MaxOutput = 256 * 1024;

    private readonly object _gate = new();
    private byte[] _answer = GC.AllocateArray<byte>(512, pinned: true);
    private int _length;
    private int _at;
    private bool _bad;
    private bool _isDone;
    private HostChild? _child;
    private CKR _refusal;

    /// <summary>The frame that is sent.</summary>
    public FrameWriter Request { get; } = new();

    /// <summary>When it was sent, by the clock of the host.</summary>
    public long Since { get; private set; }

    /// <summary>How long it may take.</summary>
    public TimeSpan Limit { get; private set; }

    public HostedFunction Function { get; private set; }

    /// <summary>Begins a call. Without a child, or with a refusal, it returns that and sends nothing.</summary>
    public RemoteCall Begin(HostChild? child, HostedFunction function, CKR refusal, TimeSpan limit)
    {
        _child = child;
        _refusal = child is null ? CKR.CKR_DEVICE_REMOVED : refusal;
        _isDone = false;
        _bad = false;
        _length = _at = 0;
        Function = function;
        Limit = limit;
        Request.Begin(FrameType.Call, child?.NextId() ?? 0).Byte((byte)function);
        return this;
    }

    public RemoteCall Number(CULong value)
    {
        Request.UInt64(value.Value);
        return this;
    }

    /// <summary>Sends it and waits. What CKR_OK gives out is read next, and <see cref="End"/> ends it.</summary>
    public CKR Invoke()
    {
        if (_refusal != CKR.CKR_OK)
        {
            return _refusal;
        }

        Since = _child!.Time.GetTimestamp();
        var id = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(Request.Frame[8..]);
        if (!_child.Send(id, this))
        {
            return _refusal = CKR.CKR_DEVICE_REMOVED;
        }

        lock (_gate)
        {
            while (!_isDone)
            {
                Monitor.Wait(_gate);
            }
        }

        if (_length == 0)
        {
            return _refusal = CKR.CKR_DEVICE_REMOVED;
        }

        var reader = Reader;
        var returnValue = (CKR)reader.UInt32();
        Advance(reader);
        return returnValue;
    }

    /// <summary>An answer that is not what this function gives out ends the child.</summary>
    public CKR End(CKR returnValue)
    {
        if (_refusal != CKR.CKR_OK || (!_bad && _at == _length))
        {
            return returnValue;
        }

        _child!.Break($"its answer to {Function} is none");
        return CKR.CKR_DEVICE_REMOVED;
    }

    /// <summary>For functions that give nothing out.</summary>
    public CKR InvokeOnly() => End(Invoke());

    /// <summary>A structure of exactly this size.</summary>
    public void ReadInto(void* target, int size)
    {
        var reader = Reader;
        var bytes = reader.Raw(size);
        bytes.CopyTo(new Span<byte>(target, size));
        Advance(reader);
    }

    public ulong ReadNumber()
    {
        var reader = Reader;
        var value = reader.UInt64();
        Advance(reader);
        return value;
    }

    /// <summary>Bytes with their number before them, at most as many as there is room for.</summary>
    public void ReadBytes(byte* target, ulong room)
    {
        var reader = Reader;
        var bytes = reader.Bytes((int)Math.Min(room, MaxOutput));
        bytes.CopyTo(new Span<byte>(target, bytes.Length));
        Advance(reader);
    }

    /// <summary>The answer has come: called once, by the receiving thread.</summary>
    public void Answer(ReadOnlySpan<byte> body)
    {
        if (_answer.Length < body.Length)
        {
            _answer = GC.AllocateArray<byte>(body.Length, pinned: true);
        }

        body.CopyTo(_answer);
        Done(body.Length);
    }

    /// <summary>No answer will come.</summary>
    public void Abandon() => Done(0);

    /// <summary>Zeroes it and gives it back for the next call.</summary>
    public void Dispose()
    {
        Request.Clear();
        CryptographicOperations.ZeroMemory(_answer.AsSpan(0, _length));
        _length = 0;
        var child = _child;
        _child = null;
        child?.GiveBack(this);
    }

    private FrameReader Reader => new(_answer.AsSpan(_at, _length - _at));

    private void Advance(FrameReader reader)
    {
        _bad |= reader.IsBad;
        _at = _length - reader.Left;
    }

    private void Done(int length)
    {
        lock (_gate)
        {
            _length = length;
            _isDone = true;
            Monitor.Pulse(_gate);
        }
    }
}
