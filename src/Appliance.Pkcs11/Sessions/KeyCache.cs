using System.Collections.Concurrent;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// Handles by key, bounded. Two halves: the young one fills, then becomes the old one and what was old is dropped; a
/// hit in the old half moves to the young one. So what is used stays, without a lock or a list on the reading path.
/// </summary>
internal sealed class KeyCache
{
    private readonly Lock _gate = new();
    private readonly int _half;
    private volatile ConcurrentDictionary<KeyReference, FoundKey> _young = new();
    private volatile ConcurrentDictionary<KeyReference, FoundKey> _old = new();
    private int _count;

    public KeyCache(int limit) => _half = Math.Max(limit / 2, 1);

    public FoundKey? Find(KeyReference key, int generation)
    {
        if (_young.TryGetValue(key, out var found))
        {
            return found.Generation == generation ? found : null;
        }

        if (!_old.TryGetValue(key, out found) || found.Generation != generation)
        {
            return null;
        }

        Put(key, found);
        return found;
    }

    public void Put(KeyReference key, FoundKey found)
    {
        lock (_gate)
        {
            if (!_young.ContainsKey(key) && ++_count > _half)
            {
                _old = _young;
                _young = new ConcurrentDictionary<KeyReference, FoundKey>();
                _count = 1;
            }

            _young[key] = found;
        }
    }

    public void Remove(KeyReference key)
    {
        lock (_gate)
        {
            if (_young.TryRemove(key, out _))
            {
                _count--;
            }

            _old.TryRemove(key, out _);
        }
    }
}
