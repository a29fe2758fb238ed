using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Appliance.Factors;
using Appliance.Identity.Decisions;
using Appliance.Identity.Tokens;
using Appliance.Ledger;

namespace Appliance.Identity.Tests;

public sealed class LoginTests : IAsyncDisposable
{
    private readonly IdentityBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_right_password_gives_an_access_token_that_names_the_signer()
    {
        var signer = await _bench.AddSigner();

        var result = await _bench.LoginOk();

        Assert.Equal(43, result.AccessToken.Length);
        Assert.Equal(3600, result.ExpiresIn);
        Assert.Null(result.RefreshToken);
        var validation = _bench.Tokens.Glance(result.AccessToken);
        Assert.Equal(TokenStatus.Valid, validation.Status);
        Assert.Equal(new(signer, Guid.Empty), validation.Caller);
        Assert.Equal([(AuditEvent.LoginOk, AuditOutcome.Ok, (Guid?)signer, "password")], _bench.Audit());
    }

    [Fact]
    public async Task A_refresh_token_comes_only_when_remembered()
    {
        await _bench.AddSigner();

        Assert.Null((await _bench.LoginOk()).RefreshToken);
        Assert.Equal(43, (await _bench.LoginOk(rememberMe: true)).RefreshToken!.Length);
    }

    [Theory]
    [InlineData("ION@EXAMPLE.RO")]
    [InlineData("  ion@Example.ro ")]
    public async Task A_user_name_is_found_whatever_its_case_and_blanks_around(string name)
    {
        await _bench.AddSigner();

        Assert.Equal(LoginStatus.Ok, (await _bench.Login(name)).Status);
    }

    [Fact]
    public async Task A_wrong_password_fails_and_is_audited()
    {
        var signer = await _bench.AddSigner();

        var result = await _bench.Login(password: "incorrect horse");

        Assert.Equal(LoginResult.Refused(LoginStatus.Failed), result);
        Assert.Equal([(AuditEvent.LoginFailed, AuditOutcome.Refused, (Guid?)signer, "wrong password")], _bench.Audit());
    }

    [Theory]
    [InlineData("nobody@example.ro")]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("ion:example")]
    [InlineData("ion@example.ro\n")]
    public async Task An_unknown_user_answers_and_costs_as_a_wrong_password_does(string name)
    {
        await _bench.AddSigner("somebody@example.ro");
        var before = _bench.Passwords.Hasher.Computations;

        var result = await _bench.Login(name);

        Assert.Equal(LoginResult.Refused(LoginStatus.Failed), result);
        Assert.Equal(before + 1, _bench.Passwords.Hasher.Computations);
        Assert.Equal([(AuditEvent.LoginFailed, AuditOutcome.Refused, (Guid?)null, "unknown user")], _bench.Audit());
    }

    [Fact]
    public async Task A_signer_without_password_cannot_sign_in()
    {
        await _bench.AddSigner(password: false);

        Assert.Equal(LoginStatus.Failed, (await _bench.Login()).Status);
        Assert.Equal(LoginStatus.Failed, (await _bench.Login(password: "")).Status);
    }

    [Fact]
    public async Task A_limited_signer_is_refused_and_audited_but_only_after_its_password()
    {
        var signer = await _bench.AddSigner();
        await _bench.Limit(signer);

        Assert.Equal(LoginStatus.Failed, (await _bench.Login(password: "incorrect horse")).Status);
        Assert.Equal(LoginStatus.SignerLimited, (await _bench.Login()).Status);
        Assert.Equal("signer limited", _bench.Audit()[^1].Detail);
    }

    [Fact]
    public async Task Tokens_are_stored_only_as_their_hash_and_audited_never()
    {
        await _bench.AddSigner();
        var result = await _bench.LoginOk(rememberMe: true);

        AssertOnlyHashed(_bench.StoreBytes(), result.AccessToken);
        AssertOnlyHashed(_bench.StoreBytes(), result.RefreshToken!);
    }

    [Fact]
    public async Task A_password_hashed_by_an_old_count_is_hashed_anew_at_sign_in()
    {
        var old = new PasswordHasher(999, lowest: 1).Hash(IdentityBench.Password);
        var signer = await _bench.AddSigner(stored: old);

        await _bench.LoginOk();

        var stored = _bench.Store.Read(c => c.Signers.Find(signer))!.Password!;
        Assert.NotEqual(old, stored);
        Assert.False(_bench.Passwords.Hasher.NeedsRehash(stored));
        await _bench.LoginOk();
    }

    [Fact]
    public async Task A_password_changed_while_it_was_checked_no_longer_signs_in()
    {
        var id = await _bench.AddSigner();
        var seen = _bench.Store.Read(c => c.Signers.Find(id))!;
        await _bench.Write(c => c.Signers.SetPassword(id, new byte[85]));

        var signIn = await _bench.Write(c => SignInDecisions.Enter(
            c, seen, null, new IssuedTokens(new(), rememberMe: false), Guid.Empty, _bench.Time.GetUtcNow()));

        Assert.Equal(LoginStatus.Failed, signIn.Result.Status);
    }

    [Fact]
    public async Task Sign_ins_beyond_the_password_lane_are_turned_away_and_work_later()
    {
        var narrow = new PasswordLane(new PasswordHasher(1000, lowest: 1), concurrency: 1, queueLimit: 0);
        await using var bench = new IdentityBench(passwords: narrow);
        await bench.AddSigner();
        using var gate = new ManualResetEventSlim();
        var busy = narrow.RunAsync(() => gate.Wait(TimeSpan.FromSeconds(30), IdentityBench.Test), IdentityBench.Test);

        Assert.Equal(LoginResult.Refused(LoginStatus.Overloaded), await bench.Login());
        Assert.Empty(bench.Audit());

        gate.Set();
        Assert.True(await busy);
        Assert.Equal(LoginStatus.Ok, (await bench.Login()).Status);
    }

    [Fact]
    public async Task Old_tokens_are_cleared_away_a_day_after_their_end()
    {
        await _bench.AddSigner();
        var first = await _bench.LoginOk();
        Assert.True(TokenKey.TryRead(first.AccessToken, out var key));

        _bench.Time.Advance(TimeSpan.FromHours(2));
        await _bench.LoginOk();
        Assert.Equal(TokenStatus.Expired, _bench.Status(first.AccessToken));

        _bench.Time.Advance(TimeSpan.FromHours(24));
        await _bench.LoginOk();
        Assert.Null(_bench.Store.Read(c => c.AccessTokens.Find(key.ToArray())));
        Assert.Equal(TokenStatus.Unknown, _bench.Status(first.AccessToken));
    }

    [Fact]
    public void Wrong_options_are_all_named_at_once()
    {
        var options = new SignInOptions
        {
            AccessTokenLifetime = TimeSpan.FromSeconds(1),
            RefreshTokenLifetime = TimeSpan.FromDays(1000),
        };

        Assert.Equal(2, options.Validate().Count);
        Assert.Empty(new SignInOptions().Validate());
    }

    private static void AssertOnlyHashed(ReadOnlySpan<byte> files, string token)
    {
        var text = Encoding.ASCII.GetBytes(token);
        Assert.Equal(-1, files.IndexOf(text));
        Assert.Equal(-1, files.IndexOf(Base64Url.DecodeFromChars(token)));
        Assert.True(files.IndexOf(SHA256.HashData(text)) >= 0);
    }
}
