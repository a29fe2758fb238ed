using Appliance.Identity.Clients;
using Appliance.Identity.Tokens;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>
/// Tells whose an access token is. Tokens are 256 random bits; store and memory know only their SHA-256.
/// </summary>
/// <remarks>
/// A token seen before costs no store access and no allocation where this process is its store's only writer: a
/// revocation empties the cache of the token inside its commit's completion. Where nodes share a store, what is
/// remembered is good only when the store's epoch of revocations (<see cref="RevocationTable"/>), read after the call
/// came, has not changed; one read serves all calls that wait for it. Either way whoever was told that a token is
/// revoked sees it refused.
/// </remarks>
public sealed class AccessTokens
{
    /// <summary>Tokens remembered by default; some 250 bytes each.</summary>
    public const int DefaultCapacity = 16_384;

    private readonly Store _store;
    private readonly TimeProvider _time;
    private readonly TokenCache _cache;
    private readonly ClientRows? _clients;
    private readonly ClientAccess? _access;
    private readonly ClientGates _gates;
    private readonly EpochReader? _epochs;
    private readonly Lock _epochGate = new();
    private long _epoch = -1;
    private long _storeReads;

    /// <summary>Makes a validator.</summary>
    /// <param name="store">The store.</param>
    /// <param name="time">The clock.</param>
    /// <param name="capacity">Most tokens remembered, 2 to 1,000,000.</param>
    /// <param name="clients">Checks the rows of clients; null where no client has tokens.</param>
    /// <param name="access">Forgets what clients may use when another node changed that; null for nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is outside its range.</exception>
    public AccessTokens(
        Store store,
        TimeProvider time,
        int capacity = DefaultCapacity,
        ClientRows? clients = null,
        ClientAccess? access = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1_000_000);
        _store = store;
        _time = time;
        _cache = new TokenCache(capacity);
        _clients = clients;
        _access = access;
        _gates = new ClientGates(time);
        _epochs = store.IsShared
            ? new EpochReader(() => store.Read(static connection => connection.Revocations.Read()), time)
            : null;
    }

    /// <summary>Times that the store was asked for a token.</summary>
    internal long StoreReads => Interlocked.Read(ref _storeReads);

    /// <summary>Times that the store was asked whether tokens have ended; 0 where no other node writes it.</summary>
    internal long EpochReads => _epochs?.Rounds ?? 0;

    internal TokenCache Cache => _cache;

    internal ClientGates Gates => _gates;

    /// <summary>
    /// What a token is worth now, and whose it is; right on every node from a revocation's commit on.
    /// </summary>
    /// <param name="token">The text after <c>Bearer </c>. Text that cannot be a token costs no store access.</param>
    /// <exception cref="StoreException">The store cannot be asked.</exception>
    public ValueTask<TokenValidation> ValidateAsync(ReadOnlySpan<char> token)
    {
        if (!TokenKey.TryRead(token, out var key))
        {
            return new(new TokenValidation(TokenStatus.Unknown, default));
        }

        return _epochs is null ? new(Validate(key)) : ValidateSharedAsync(key);
    }

    /// <summary>
    /// What a token is worth and whose it is, as far as this node knows: where nodes share a store, a token that was
    /// just revoked elsewhere may pass. For what <see cref="ValidateAsync"/> follows on.
    /// </summary>
    /// <param name="token">The text after <c>Bearer </c>. Text that cannot be a token costs no store access.</param>
    public TokenValidation Glance(ReadOnlySpan<char> token)
        => TokenKey.TryRead(token, out var key) ? Validate(key) : new(TokenStatus.Unknown, default);

    /// <inheritdoc cref="Glance(ReadOnlySpan{char})"/>
    /// <param name="token">The text after <c>Bearer </c> in ASCII, as the wire carries it.</param>
    public TokenValidation Glance(ReadOnlySpan<byte> token)
        => TokenKey.TryRead(token, out var key) ? Validate(key) : new(TokenStatus.Unknown, default);

    /// <summary>A signer's tokens were ended in this process, and that is committed.</summary>
    public void ForgetSigner(Guid signerId) => _cache.RemoveSigner(signerId);

    /// <summary>A client was changed in this process, and that is committed: its tokens are read again.</summary>
    public void ForgetClient(Guid clientId)
    {
        _cache.RemoveClient(clientId);
        _access?.Forget();
    }

    private async ValueTask<TokenValidation> ValidateSharedAsync(TokenKey key)
    {
        Observe(await _epochs!.ReadAsync().ConfigureAwait(false));
        return Validate(key);
    }

    /// <summary>
    /// What was remembered before the epoch rose is forgotten before it is asked for. Reads come one after the other,
    /// but who awaits them may come here in any order.
    /// </summary>
    private void Observe(long epoch)
    {
        if (Volatile.Read(ref _epoch) >= epoch)
        {
            return;
        }

        lock (_epochGate)
        {
            if (_epoch < epoch)
            {
                _cache.Clear();
                _access?.Forget();
                Volatile.Write(ref _epoch, epoch);
            }
        }
    }

    private TokenValidation Validate(in TokenKey key)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        if (_cache.Find(key) is { } known)
        {
            return known.ExpiresAt > now
                ? new(TokenStatus.Valid, known.Caller, known.Gate)
                : new(TokenStatus.Expired, default);
        }

        return Load(key, now);
    }

    private TokenValidation Load(TokenKey key, long now)
    {
        Interlocked.Increment(ref _storeReads);
        var version = _cache.Version;
        var hash = key.ToArray();
        var found = _store.Read(hash, LoadedToken.Read);
        if (found.Row is not { Kind: AccessTokenKind.Access } row || !IsGenuine(found))
        {
            return new(TokenStatus.Unknown, default);
        }

        if (row.Revoked || row.ExpiresAt <= now || !found.IsActive)
        {
            return new(TokenStatus.Expired, default);
        }

        var caller = new Caller(row.SignerId, row.ClientId);
        if (found.Client is { } client)
        {
            caller = caller with
            {
                Operations = client.Operations & ClientOperations.All,
                TimestampsPerDay = client.TimestampsPerDay,
            };
        }

        var gate = found.Client is null ? null : _gates.For(found.Client);
        _cache.Add(key, new CachedToken(caller, row.GrantId, row.ExpiresAt, gate), version);
        return new(TokenStatus.Valid, caller, gate);
    }

    /// <summary>
    /// A client's rights stand in its row, and its own token was made by this installation. Nobody is given a token of
    /// a signer by way of a client: one in the store is another hand's, who could ask by it and approve by another.
    /// </summary>
    private bool IsGenuine(in LoadedToken found)
    {
        var row = found.Row!;
        if (row.ClientId == Guid.Empty)
        {
            return row.SignerId != Guid.Empty;
        }

        return row.SignerId == Guid.Empty
            && _clients is not null && found.Client is { } client && _clients.Verify(client)
            && row.GrantId == _clients.GrantOf(row.Hash, row.ClientId, row.ExpiresAt);
    }
}
