using System.Text;
using Appliance.Identity.Tokens;

namespace Appliance.Identity.Tests;

public sealed class AccessTokensTests : IAsyncDisposable
{
    private readonly IdentityBench _bench = new(capacity: 8);

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_token_used_again_costs_no_store_access_and_no_allocation()
    {
        await _bench.AddSigner();
        var token = (await _bench.LoginOk()).AccessToken;
        var wire = Encoding.ASCII.GetBytes(token);
        Assert.Equal(TokenStatus.Valid, _bench.Tokens.Glance(token).Status);
        Assert.Equal(TokenStatus.Valid, _bench.Tokens.Glance(wire).Status);
        var reads = _bench.Tokens.StoreReads;

        var before = GC.GetAllocatedBytesForCurrentThread();
        var valid = 0;
        for (var i = 0; i < 1000; i++)
        {
            valid += _bench.Tokens.Glance(token).Status == TokenStatus.Valid ? 1 : 0;
            valid += _bench.Tokens.Glance(wire).Status == TokenStatus.Valid ? 1 : 0;
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(2000, valid);
        Assert.Equal(reads, _bench.Tokens.StoreReads);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task A_token_expires_on_time_remembered_or_not()
    {
        await _bench.AddSigner();
        var remembered = (await _bench.LoginOk()).AccessToken;
        var fresh = (await _bench.LoginOk()).AccessToken;
        _bench.Time.Advance(TimeSpan.FromSeconds(3599));
        Assert.Equal(TokenStatus.Valid, _bench.Status(remembered));

        _bench.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TokenStatus.Expired, _bench.Status(remembered));
        Assert.Equal(TokenStatus.Expired, _bench.Status(fresh));
        Assert.Equal(default, _bench.Tokens.Glance(fresh).Caller);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAă")]
    public void Text_that_cannot_be_a_token_costs_no_store_access(string token)
    {
        Assert.Equal(TokenStatus.Unknown, _bench.Status(token));
        Assert.Equal(TokenStatus.Unknown, _bench.Tokens.Glance(Encoding.UTF8.GetBytes(token)).Status);
        Assert.Equal(0, _bench.Tokens.StoreReads);
    }

    [Fact]
    public void A_token_that_never_was_is_unknown()
        => Assert.Equal(TokenStatus.Unknown, _bench.Status(TokenKey.NewText()));

    [Fact]
    public async Task Another_spelling_of_a_tokens_bits_is_another_token()
    {
        await _bench.AddSigner();
        var token = (await _bench.LoginOk()).AccessToken;

        // The last of 43 characters carries 4 bits of the token and 2 of padding, which a decoder may ignore.
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var twin = token[..^1] + Alphabet[Alphabet.IndexOf(token[^1], StringComparison.Ordinal) ^ 1];

        Assert.Equal(TokenStatus.Unknown, _bench.Status(twin));
    }

    [Fact]
    public async Task A_limited_signers_token_is_not_taken_from_the_store()
    {
        var signer = await _bench.AddSigner();
        var token = (await _bench.LoginOk()).AccessToken;
        await _bench.Limit(signer);

        Assert.Equal(TokenStatus.Expired, _bench.Status(token));
    }

    [Fact]
    public async Task Memory_is_bounded_and_forgotten_tokens_are_still_valid()
    {
        var signer = await _bench.AddSigner();
        var texts = Enumerable.Range(0, 50).Select(_ => new IssuedTokens(new(), rememberMe: false)).ToArray();
        await _bench.Write(c =>
        {
            foreach (var issued in texts)
            {
                issued.Insert(c, signer, Guid.Empty, _bench.Time.GetUtcNow());
            }

            return true;
        });

        for (var round = 0; round < 2; round++)
        {
            Assert.All(texts, t => Assert.Equal(TokenStatus.Valid, _bench.Status(t.Result().AccessToken)));
            Assert.InRange(_bench.Tokens.Cache.Count, 1, 8);
        }
    }

    [Fact]
    public void What_was_read_before_a_revocation_is_not_remembered_after_it()
    {
        var cache = new TokenCache(8);
        Assert.True(TokenKey.TryRead(TokenKey.NewText(), out var key));
        var token = new CachedToken(new(Guid.CreateVersion7(), Guid.Empty), Guid.CreateVersion7(), long.MaxValue);

        var version = cache.Version;
        cache.Remove(key);
        cache.Add(key, token, version);
        Assert.Null(cache.Find(key));

        version = cache.Version;
        cache.RemoveGrant(token.GrantId);
        cache.Add(key, token, version);
        Assert.Null(cache.Find(key));

        cache.Add(key, token, cache.Version);
        Assert.Same(token, cache.Find(key));
    }

    [Fact]
    public void A_token_in_use_survives_the_turnover_of_the_cache()
    {
        var cache = new TokenCache(8);
        Assert.True(TokenKey.TryRead(TokenKey.NewText(), out var used));
        var token = new CachedToken(default, Guid.Empty, long.MaxValue);
        cache.Add(used, token, 0);

        for (var i = 0; i < 100; i++)
        {
            Assert.True(TokenKey.TryRead(TokenKey.NewText(), out var other));
            cache.Add(other, token, 0);
            Assert.NotNull(cache.Find(used));
            Assert.InRange(cache.Count, 1, 8);
        }
    }
}
