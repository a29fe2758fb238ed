using Appliance.Identity.Tokens;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>
/// Tells whose an access token is. Tokens are 256 random bits; store and memory know only their SHA-256.
/// </summary>
/// <remarks>
/// A token seen before costs no store access and no allocation. A revocation by this process, which is its store's
/// only writer, empties the cache of the token inside its commit's completion: whoever was told that a token is
/// revoked sees it refused.
/// </remarks>
public sealed class AccessTokens
{
    /// <summary>Tokens remembered by default; some 250 bytes each.</summary>
    public const int DefaultCapacity = 16_384;

    private readonly Store _store;
    private readonly TimeProvider _time;
    private readonly TokenCache _cache;
    private long _storeReads;

    /// <summary>Makes a validator.</summary>
    /// <param name="store">The store.</param>
    /// <param name="time">The clock.</param>
    /// <param name="capacity">Most tokens remembered, 2 to 1,000,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is outside its range.</exception>
    public AccessTokens(Store store, TimeProvider time, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1_000_000);
        _store = store;
        _time = time;
        _cache = new TokenCache(capacity);
    }

    /// <summary>Times that the store was asked.</summary>
    internal long StoreReads => Interlocked.Read(ref _storeReads);

    internal TokenCache Cache => _cache;

    /// <summary>What a token is worth now, and whose it is.</summary>
    /// <param name="token">The text after <c>Bearer </c>. Text that cannot be a token costs no store access.</param>
    public TokenValidation Validate(ReadOnlySpan<char> token)
        => TokenKey.TryRead(token, out var key) ? Validate(key) : new(TokenStatus.Unknown, default);

    /// <summary>What a token is worth now, and whose it is.</summary>
    /// <param name="token">The text after <c>Bearer </c> in ASCII, as the wire carries it.</param>
    public TokenValidation Validate(ReadOnlySpan<byte> token)
        => TokenKey.TryRead(token, out var key) ? Validate(key) : new(TokenStatus.Unknown, default);

    private TokenValidation Validate(in TokenKey key)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        if (_cache.Find(key) is { } known)
        {
            return known.ExpiresAt > now ? new(TokenStatus.Valid, known.Caller) : new(TokenStatus.Expired, default);
        }

        return Load(key, now);
    }

    private TokenValidation Load(TokenKey key, long now)
    {
        Interlocked.Increment(ref _storeReads);
        var version = _cache.Version;
        var hash = key.ToArray();
        var (row, signer) = _store.Read(connection =>
        {
            var found = connection.AccessTokens.Find(hash);
            return (found, found is null ? null : connection.Signers.Find(found.SignerId));
        });
        if (row is null || row.Kind != AccessTokenKind.Access)
        {
            return new(TokenStatus.Unknown, default);
        }

        if (row.Revoked || row.ExpiresAt <= now || signer is not { State: SignerState.Active })
        {
            return new(TokenStatus.Expired, default);
        }

        var caller = new Caller(row.SignerId, row.ClientId);
        _cache.Add(key, new CachedToken(caller, row.GrantId, row.ExpiresAt), version);
        return new(TokenStatus.Valid, caller);
    }
}
