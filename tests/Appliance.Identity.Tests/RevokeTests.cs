using Appliance.Ledger;

namespace Appliance.Identity.Tests;

public sealed class RevokeTests : IAsyncDisposable
{
    private readonly IdentityBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("access_token")]
    [InlineData("refresh_token")]
    public async Task Revoking_an_access_token_ends_it_at_once_and_spares_the_refresh_token(string? hint)
    {
        var signer = await _bench.AddSigner();
        var login = await _bench.LoginOk(rememberMe: true);
        Assert.Equal(TokenStatus.Valid, _bench.Status(login.AccessToken));

        Assert.Equal(RevokeStatus.Revoked, await _bench.Revoke(signer, login.AccessToken, hint));

        Assert.Equal(TokenStatus.Expired, _bench.Status(login.AccessToken));
        Assert.Equal((AuditEvent.TokenRevoked, AuditOutcome.Ok, (Guid?)signer, "access token"), _bench.Audit()[^1]);
        Assert.Equal(LoginStatus.Ok, (await _bench.Refresh(login.RefreshToken)).Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("refresh_token")]
    [InlineData("access_token")]
    public async Task Revoking_a_refresh_token_kills_every_access_token_of_the_grant(string? hint)
    {
        var signer = await _bench.AddSigner();
        var first = await _bench.LoginOk(rememberMe: true);
        var second = await _bench.Refresh(first.RefreshToken);
        Assert.Equal(TokenStatus.Valid, _bench.Status(first.AccessToken));
        Assert.Equal(TokenStatus.Valid, _bench.Status(second.AccessToken));

        Assert.Equal(RevokeStatus.Revoked, await _bench.Revoke(signer, second.RefreshToken, hint));

        Assert.Equal(TokenStatus.Expired, _bench.Status(first.AccessToken));
        Assert.Equal(TokenStatus.Expired, _bench.Status(second.AccessToken));
        Assert.Equal(LoginStatus.RefreshTokenInvalid, (await _bench.Refresh(second.RefreshToken)).Status);
        Assert.Contains(
            _bench.Audit(), r => r == (AuditEvent.TokenRevoked, AuditOutcome.Ok, signer, "refresh token"));
    }

    [Fact]
    public async Task Another_signers_token_cannot_be_revoked_and_the_try_is_audited()
    {
        await _bench.AddSigner();
        var other = await _bench.AddSigner("eve@example.ro");
        var login = await _bench.LoginOk(rememberMe: true);

        Assert.Equal(RevokeStatus.TokenInvalid, await _bench.Revoke(other, login.AccessToken));
        Assert.Equal(RevokeStatus.TokenInvalid, await _bench.Revoke(other, login.RefreshToken));

        Assert.Equal(TokenStatus.Valid, _bench.Status(login.AccessToken));
        Assert.Equal(
            (AuditEvent.TokenRevoked, AuditOutcome.Refused, (Guid?)other, "token of another signer"),
            _bench.Audit()[^1]);
    }

    [Fact]
    public async Task Revoking_twice_is_no_error()
    {
        var signer = await _bench.AddSigner();
        var login = await _bench.LoginOk();

        Assert.Equal(RevokeStatus.Revoked, await _bench.Revoke(signer, login.AccessToken));
        Assert.Equal(RevokeStatus.Revoked, await _bench.Revoke(signer, login.AccessToken));
    }

    [Fact]
    public async Task Wrong_hints_and_unknown_tokens_are_refused()
    {
        var signer = await _bench.AddSigner();
        var login = await _bench.LoginOk();

        Assert.Equal(RevokeStatus.HintInvalid, await _bench.Revoke(signer, login.AccessToken, "id_token"));
        Assert.Equal(RevokeStatus.HintInvalid, await _bench.Revoke(signer, login.AccessToken, ""));
        Assert.Equal(RevokeStatus.TokenInvalid, await _bench.Revoke(signer, "nonsense"));
        Assert.Equal(RevokeStatus.TokenInvalid, await _bench.Revoke(signer, new string('A', 43)));
        Assert.Equal(TokenStatus.Valid, _bench.Status(login.AccessToken));
    }
}
