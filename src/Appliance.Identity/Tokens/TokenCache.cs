using System.Collections.Concurrent;

namespace Appliance.Identity.Tokens;

/// <summary>
/// Live access tokens in bounded memory: a hint, never a fact. Two generations; when the young one is full it becomes
/// the old one and what nobody used meanwhile is forgotten.
/// </summary>
/// <remarks>
/// A reader that misses takes <see cref="Version"/> before it asks the store and hands it to <see cref="Add"/>. Every
/// removal raises the version, so what was read before a revocation is not put back after it.
/// </remarks>
internal sealed class TokenCache(int capacity)
{
    private readonly Lock _gate = new();
    private readonly int _half = Math.Max(1, capacity / 2);
    private volatile ConcurrentDictionary<TokenKey, CachedToken> _young = new();
    private volatile ConcurrentDictionary<TokenKey, CachedToken> _old = new();
    private long _version;
    private int _youngCount;

    internal long Version => Volatile.Read(ref _version);

    internal int Count => _young.Count + _old.Count;

    internal CachedToken? Find(in TokenKey key)
    {
        if (_young.TryGetValue(key, out var token))
        {
            return token;
        }

        var version = Version;
        if (_old.TryGetValue(key, out token))
        {
            Add(key, token, version);
            return token;
        }

        return null;
    }

    internal void Add(in TokenKey key, CachedToken token, long version)
    {
        lock (_gate)
        {
            if (_version != version)
            {
                return;
            }

            if (_youngCount >= _half)
            {
                _old = _young;
                _young = new();
                _youngCount = 0;
            }

            if (_young.TryAdd(key, token))
            {
                _youngCount++;
            }
        }
    }

    internal void Remove(in TokenKey key)
    {
        lock (_gate)
        {
            _version++;
            _old.TryRemove(key, out _);
            RemoveYoung(key);
        }
    }

    internal void RemoveGrant(Guid grantId) => RemoveWhere(token => token.GrantId == grantId);

    internal void RemoveSigner(Guid signerId) => RemoveWhere(token => token.Caller.SignerId == signerId);

    internal void RemoveClient(Guid clientId) => RemoveWhere(token => token.Caller.ClientId == clientId);

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            _version++;
            _old = new();
            _young = new();
            _youngCount = 0;
        }
    }

    /// <summary>Looks at every entry: ending a grant is rare, and the cache small.</summary>
    private void RemoveWhere(Predicate<CachedToken> matches)
    {
        lock (_gate)
        {
            _version++;
            foreach (var (key, token) in _old)
            {
                if (matches(token))
                {
                    _old.TryRemove(key, out _);
                }
            }

            foreach (var (key, token) in _young)
            {
                if (matches(token))
                {
                    RemoveYoung(key);
                }
            }
        }
    }

    private void RemoveYoung(in TokenKey key)
    {
        if (_young.TryRemove(key, out _))
        {
            _youngCount--;
        }
    }
}
