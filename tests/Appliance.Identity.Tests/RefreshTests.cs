using Appliance.Ledger;

namespace Appliance.Identity.Tests;

public sealed class RefreshTests : IAsyncDisposable
{
    private readonly IdentityBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_refresh_token_gives_new_tokens_and_older_access_tokens_live_on()
    {
        var signer = await _bench.AddSigner();
        var first = await _bench.LoginOk(rememberMe: true);

        var second = await _bench.Refresh(first.RefreshToken);

        Assert.Equal(LoginStatus.Ok, second.Status);
        Assert.Equal(3600, second.ExpiresIn);
        Assert.NotEqual(first.RefreshToken, second.RefreshToken, StringComparer.Ordinal);
        Assert.Equal(signer, _bench.Tokens.Glance(second.AccessToken).Caller.SignerId);
        Assert.Equal(TokenStatus.Valid, _bench.Status(first.AccessToken));
        Assert.Equal((AuditEvent.LoginOk, AuditOutcome.Ok, (Guid?)signer, "refresh token"), _bench.Audit()[^1]);
        Assert.Equal(LoginStatus.Ok, (await _bench.Refresh(second.RefreshToken)).Status);
    }

    [Fact]
    public async Task Without_remember_me_the_refresh_token_is_used_up_and_none_follows()
    {
        await _bench.AddSigner();
        var first = await _bench.LoginOk(rememberMe: true);

        var second = await _bench.Refresh(first.RefreshToken, rememberMe: false);

        Assert.Equal(LoginStatus.Ok, second.Status);
        Assert.Null(second.RefreshToken);
        Assert.Equal(LoginStatus.RefreshTokenInvalid, (await _bench.Refresh(first.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_refresh_token_used_twice_ends_its_whole_grant_at_once()
    {
        var signer = await _bench.AddSigner();
        var first = await _bench.LoginOk(rememberMe: true);
        var second = await _bench.Refresh(first.RefreshToken);
        var other = await _bench.LoginOk(rememberMe: true);
        Assert.Equal(TokenStatus.Valid, _bench.Status(first.AccessToken));
        Assert.Equal(TokenStatus.Valid, _bench.Status(second.AccessToken));

        Assert.Equal(LoginStatus.RefreshTokenInvalid, (await _bench.Refresh(first.RefreshToken)).Status);

        Assert.Equal(TokenStatus.Expired, _bench.Status(first.AccessToken));
        Assert.Equal(TokenStatus.Expired, _bench.Status(second.AccessToken));
        Assert.Equal(LoginStatus.RefreshTokenInvalid, (await _bench.Refresh(second.RefreshToken)).Status);
        Assert.Contains(
            _bench.Audit(),
            r => r == (AuditEvent.LoginFailed, AuditOutcome.Refused, signer, "refresh token used before: grant ended"));
        Assert.Equal(TokenStatus.Valid, _bench.Status(other.AccessToken));
        Assert.Equal(LoginStatus.Ok, (await _bench.Refresh(other.RefreshToken)).Status);
    }

    [Fact]
    public async Task One_refresh_token_on_eight_connections_at_once_serves_one()
    {
        await _bench.AddSigner();
        var first = await _bench.LoginOk(rememberMe: true);

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _bench.Refresh(first.RefreshToken)));

        Assert.Single(results, r => r.Status == LoginStatus.Ok);
        Assert.Equal(7, results.Count(r => r.Status == LoginStatus.RefreshTokenInvalid));
    }

    [Fact]
    public async Task An_expired_refresh_token_is_refused_and_audited()
    {
        await _bench.AddSigner();
        var first = await _bench.LoginOk(rememberMe: true);

        _bench.Time.Advance(TimeSpan.FromDays(30));

        Assert.Equal(LoginStatus.RefreshTokenInvalid, (await _bench.Refresh(first.RefreshToken)).Status);
        Assert.Equal("refresh token expired", _bench.Audit()[^1].Detail);
    }

    [Fact]
    public async Task A_limited_signer_cannot_refresh()
    {
        var signer = await _bench.AddSigner();
        var first = await _bench.LoginOk(rememberMe: true);
        await _bench.Limit(signer);

        Assert.Equal(LoginStatus.SignerLimited, (await _bench.Refresh(first.RefreshToken)).Status);
    }

    [Fact]
    public async Task An_access_token_does_not_refresh_and_a_refresh_token_is_no_access_token()
    {
        await _bench.AddSigner();
        var first = await _bench.LoginOk(rememberMe: true);

        Assert.Equal(LoginStatus.RefreshTokenInvalid, (await _bench.Refresh(first.AccessToken)).Status);
        Assert.Equal(TokenStatus.Unknown, _bench.Status(first.RefreshToken!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAé")]
    public async Task Text_that_is_no_token_is_malformed(string token)
        => Assert.Equal(LoginStatus.RefreshTokenMalformed, (await _bench.Refresh(token)).Status);

    [Fact]
    public async Task A_refresh_token_that_never_was_costs_no_write()
    {
        Assert.Equal(LoginStatus.RefreshTokenInvalid, (await _bench.Refresh(new string('A', 43))).Status);
        Assert.Empty(_bench.Audit());
    }
}
