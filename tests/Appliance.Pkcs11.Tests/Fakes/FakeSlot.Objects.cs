using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Tests.Fakes;

/// <content>
/// Session objects. They die with the session that made them, and a handle that is free is given out again at once: who
/// uses one too long signs with somebody else's key.
/// </content>
internal sealed partial class FakeSlot
{
    private const uint FirstObject = 500_001;

    private readonly Lock _objectGate = new();
    private readonly SortedDictionary<uint, (FakeSession Owner, FakeKey Key)> _objects = [];
    private readonly List<FakeKey> _wrapped = [];
    private int _unwrapCalls;
    private int _strayDestroys;
    private int _mostObjects;

    /// <summary>Return values for the next unwrapping calls.</summary>
    public ConcurrentQueue<CKR> NextUnwrap { get; } = new();

    /// <summary>When set, C_UnwrapKey waits.</summary>
    public SemaphoreSlim? HoldUnwrap { get; set; }

    /// <summary>Objects that there is room for.</summary>
    public int Room { get; set; } = int.MaxValue;

    public int UnwrapCalls => _unwrapCalls;

    /// <summary>Objects destroyed that were not there, or another session's.</summary>
    public int StrayDestroys => _strayDestroys;

    public int MostObjects => _mostObjects;

    public int Objects
    {
        get
        {
            lock (_objectGate)
            {
                return _objects.Count;
            }
        }
    }

    public KeyReference AddWrappingKey(string name)
    {
        var id = Encoding.UTF8.GetBytes(name);
        _keys.Add(new FakeKey(id, name, Key: null));
        return new KeyReference(id, name);
    }

    /// <summary>A key that is not in the token; its blob is its number.</summary>
    public KeyReference AddWrapped(KeyReference wrappingKey, string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var id = Encoding.UTF8.GetBytes(name);
        var blob = new byte[16];
        lock (_objectGate)
        {
            BitConverter.TryWriteBytes(blob, _wrapped.Count);
            _wrapped.Add(new FakeKey(id, name, key));
        }

        return new KeyReference(id, name, key.ExportSubjectPublicKeyInfo(), new WrappedKey(wrappingKey, blob));
    }

    public void CountUnwrap() => Interlocked.Increment(ref _unwrapCalls);

    public CKR Unwrap(FakeSession owner, ReadOnlySpan<byte> blob, out uint handle)
    {
        lock (_objectGate)
        {
            handle = FirstObject;
            if (!Sessions.Values.Contains(owner))
            {
                return CKR.CKR_SESSION_HANDLE_INVALID;
            }

            var number = BitConverter.ToInt32(blob);
            if (number < 0 || number >= _wrapped.Count)
            {
                return CKR.CKR_GENERAL_ERROR;
            }

            if (_objects.Count >= Room)
            {
                return CKR.CKR_DEVICE_MEMORY;
            }

            while (_objects.ContainsKey(handle))
            {
                handle++;
            }

            _objects.Add(handle, (owner, _wrapped[number]));
            _mostObjects = Math.Max(_mostObjects, _objects.Count);
            return CKR.CKR_OK;
        }
    }

    public CKR Destroy(FakeSession session, uint handle)
    {
        lock (_objectGate)
        {
            if (!Sessions.Values.Contains(session))
            {
                return CKR.CKR_SESSION_HANDLE_INVALID;
            }

            if (_objects.TryGetValue(handle, out var found) && ReferenceEquals(found.Owner, session))
            {
                _objects.Remove(handle);
                return CKR.CKR_OK;
            }

            _strayDestroys++;
            return CKR.CKR_OBJECT_HANDLE_INVALID;
        }
    }

    public FakeKey? FindObject(uint handle)
    {
        lock (_objectGate)
        {
            return _objects.TryGetValue(handle, out var found) ? found.Key : null;
        }
    }

    public void EndSession(FakeSession session)
    {
        lock (_objectGate)
        {
            foreach (var handle in _objects.Where(one => ReferenceEquals(one.Value.Owner, session)).ToList())
            {
                _objects.Remove(handle.Key);
            }
        }
    }

    /// <summary>The sessions that own objects die, and the objects with them; the login stands.</summary>
    public int EndOwners()
    {
        lock (_objectGate)
        {
            var owners = _objects.Values.Select(one => one.Owner).Distinct().ToList();
            foreach (var (number, session) in Sessions)
            {
                if (owners.Contains(session))
                {
                    Sessions.TryRemove(number, out _);
                }
            }

            _objects.Clear();
            return owners.Count;
        }
    }

    private void EndObjects()
    {
        lock (_objectGate)
        {
            _objects.Clear();
        }
    }
}
