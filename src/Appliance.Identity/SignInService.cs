using Appliance.Factors;
using Appliance.Identity.Tokens;
using Appliance.Identity.Decisions;
using Appliance.Ledger;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>
/// auth/login and auth/revoke (CSC API v1 11.2 and 11.3, v2 the same): a user name and password, or a refresh token,
/// for an access token. What it decides is durable, with its audit record, before it answers.
/// </summary>
/// <remarks>
/// Tokens of one sign-in share a grant. A refresh token serves once; presenting it again, which a thief or its victim
/// must do, ends the grant (RFC 9700 section 4.14.2).
/// </remarks>
public sealed class SignInService
{
    private readonly Store _store;
    private readonly CommitLoop _commits;
    private readonly PasswordLane _passwords;
    private readonly AccessTokens _tokens;
    private readonly SignInOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Makes the service.</summary>
    /// <param name="store">The store, to read from.</param>
    /// <param name="commits">The commit loop, to write through.</param>
    /// <param name="passwords">The lane in which passwords are checked.</param>
    /// <param name="tokens">The validator that must forget what is revoked here.</param>
    /// <param name="options">Lifetimes.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">An option is wrong; the message says which.</exception>
    public SignInService(
        Store store,
        CommitLoop commits,
        PasswordLane passwords,
        AccessTokens tokens,
        SignInOptions options,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(commits);
        ArgumentNullException.ThrowIfNull(passwords);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Validate() is { Count: > 0 } wrong)
        {
            throw new ArgumentException(string.Join(' ', wrong), nameof(options));
        }

        _store = store;
        _commits = commits;
        _passwords = passwords;
        _tokens = tokens;
        _options = options;
        _time = time;
    }

    /// <summary>Signs in by user name and password.</summary>
    /// <param name="userName">As typed; anything that is no user name is an unknown user.</param>
    /// <param name="password">As typed.</param>
    /// <param name="rememberMe">Whether a refresh token is wanted too.</param>
    /// <param name="cancellationToken">Gives up waiting; a refusal may still be written.</param>
    /// <returns>Ok, Failed, SignerLimited or Overloaded.</returns>
    public async Task<LoginResult> LoginAsync(
        string userName, string password, bool rememberMe, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(userName);
        ArgumentNullException.ThrowIfNull(password);
        var signer = UserName.TryRead(userName, out var name, out _)
            ? _store.Read(name, static (connection, wanted) => connection.Signers.FindByUserName(wanted))
            : null;
        var check = await _passwords.VerifyAsync(password, signer?.Password, cancellationToken).ConfigureAwait(false);
        if (check == PasswordCheck.Overloaded)
        {
            return LoginResult.Refused(LoginStatus.Overloaded);
        }

        if (check == PasswordCheck.Wrong)
        {
            return await WriteAsync(
                connection => SignInDecisions.Refuse(connection, signer, _time.GetUtcNow()), cancellationToken)
                .ConfigureAwait(false);
        }

        var rehashed = _passwords.Hasher.NeedsRehash(signer!.Password!)
            ? await _passwords.HashAsync(password, cancellationToken).ConfigureAwait(false)
            : null;
        var issued = new IssuedTokens(_options, rememberMe);
        var grantId = Guid.CreateVersion7(_time.GetUtcNow());
        return await WriteAsync(
            connection => SignInDecisions.Enter(connection, signer, rehashed, issued, grantId, _time.GetUtcNow()),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Signs in by refresh token. The token has served then: only with <paramref name="rememberMe"/> does a new one
    /// follow it. Older access tokens of the grant live on to their end.
    /// </summary>
    /// <param name="refreshToken">As received.</param>
    /// <param name="rememberMe">Whether a new refresh token is wanted.</param>
    /// <param name="cancellationToken">Gives up waiting; the outcome may still be written.</param>
    /// <returns>Ok, RefreshTokenMalformed, RefreshTokenInvalid, SignerLimited or Overloaded.</returns>
    public async Task<LoginResult> RefreshAsync(
        string refreshToken, bool rememberMe, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(refreshToken);
        if (!TokenKey.TryRead(refreshToken, out var key))
        {
            return LoginResult.Refused(LoginStatus.RefreshTokenMalformed);
        }

        // A token that never was costs no write: nobody may fill the audit trail without ever having signed in.
        var hash = key.ToArray();
        var known = _store.Read(hash, static (connection, wanted) => connection.AccessTokens.Find(wanted));
        if (known is not { Kind: AccessTokenKind.Refresh })
        {
            return LoginResult.Refused(LoginStatus.RefreshTokenInvalid);
        }

        var issued = new IssuedTokens(_options, rememberMe);
        return await WriteAsync(
            connection => SignInDecisions.Renew(connection, hash, issued, _time.GetUtcNow()), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Ends a token of the caller, at once: when this answers Revoked, <see cref="AccessTokens"/> refuses it. A refresh
    /// token takes its whole grant along; an access token goes alone.
    /// </summary>
    /// <param name="caller">Who asks; only its own tokens can be revoked.</param>
    /// <param name="token">The access or refresh token.</param>
    /// <param name="hint">access_token, refresh_token or null; a wrong one does no harm (RFC 7009 section 2.1).</param>
    /// <param name="cancellationToken">Gives up waiting; the token may still be revoked.</param>
    public async Task<RevokeStatus> RevokeAsync(
        Caller caller, string token, string? hint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (hint is not (null or "access_token" or "refresh_token"))
        {
            return RevokeStatus.HintInvalid;
        }

        if (!TokenKey.TryRead(token, out var key))
        {
            return RevokeStatus.TokenInvalid;
        }

        var work = new CommitWork<Revocation>(
            connection => SignInDecisions.Revoke(connection, caller, key, _time.GetUtcNow()), Forget);
        return _commits.TryEnqueue(work)
            ? (await work.Completion.WaitAsync(cancellationToken).ConfigureAwait(false)).Status
            : RevokeStatus.Overloaded;
    }

    private async Task<LoginResult> WriteAsync(
        Func<StoreConnection, SignIn> decide, CancellationToken cancellationToken)
    {
        var work = new CommitWork<SignIn>(decide, signIn => ForgetGrant(signIn.EndedGrant));
        return _commits.TryEnqueue(work)
            ? (await work.Completion.WaitAsync(cancellationToken).ConfigureAwait(false)).Result
            : LoginResult.Refused(LoginStatus.Overloaded);
    }

    private void Forget(Revocation revocation)
    {
        if (revocation.EndedToken is { } token)
        {
            _tokens.Cache.Remove(token);
        }

        ForgetGrant(revocation.EndedGrant);
    }

    private void ForgetGrant(Guid? grantId)
    {
        if (grantId is { } ended)
        {
            _tokens.Cache.RemoveGrant(ended);
        }
    }
}
