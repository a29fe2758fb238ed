using Appliance.Identity.Tokens;
using Appliance.Ledger;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Identity.Decisions;

/// <summary>
/// What sign-ins and revocations write, each over one transaction that the commit loop may run again. Each writes its
/// audit record; none names what the caller typed.
/// </summary>
internal static class SignInDecisions
{
    /// <summary>Tokens stay this long after their end, so that an old one is told from an unknown one.</summary>
    private static readonly TimeSpan s_keepExpired = TimeSpan.FromDays(1);

    /// <summary>Each sign-in clears away more old tokens than it adds.</summary>
    private const int PurgeLimit = 8;

    /// <summary>The password was right: the signer enters, unless it changed meanwhile or is limited.</summary>
    internal static SignIn Enter(
        StoreConnection connection,
        SignerRow seen,
        byte[]? rehashed,
        IssuedTokens issued,
        Guid grantId,
        DateTimeOffset now)
    {
        var signer = connection.Signers.Find(seen.Id);
        if (signer?.Password is null || !signer.Password.AsSpan().SequenceEqual(seen.Password))
        {
            return Refuse(connection, signer, now);
        }

        if (signer.State != SignerState.Active)
        {
            Fail(connection, now, signer.Id, "signer limited");
            return SignIn.Refused(LoginStatus.SignerLimited);
        }

        if (rehashed is not null)
        {
            connection.Signers.SetPassword(signer.Id, rehashed);
        }

        issued.Insert(connection, signer.Id, grantId, now);
        Record(connection, now, AuditEvent.LoginOk, signer.Id, "password");
        connection.AccessTokens.DeleteExpired((now - s_keepExpired).ToUnixTimeMilliseconds(), PurgeLimit);
        return new SignIn(issued.Result(), null);
    }

    /// <summary>The password was wrong, or there is no such user.</summary>
    internal static SignIn Refuse(StoreConnection connection, SignerRow? signer, DateTimeOffset now)
    {
        var why = signer is null ? "unknown user" : "wrong password";
        Fail(connection, now, signer?.Id, why);
        return SignIn.Refused(LoginStatus.Failed);
    }

    /// <summary>A known refresh token was presented: it serves once, and ends its grant when it comes again.</summary>
    internal static SignIn Renew(
        StoreConnection connection, ReadOnlySpan<byte> hash, IssuedTokens issued, DateTimeOffset now)
    {
        if (connection.AccessTokens.Find(hash) is not { Kind: AccessTokenKind.Refresh } token)
        {
            return SignIn.Refused(LoginStatus.RefreshTokenInvalid);
        }

        if (token.Revoked)
        {
            connection.AccessTokens.RevokeGrant(token.GrantId);
            Fail(connection, now, token.SignerId, "refresh token used before: grant ended");
            return SignIn.Refused(LoginStatus.RefreshTokenInvalid, token.GrantId);
        }

        if (token.ExpiresAt <= now.ToUnixTimeMilliseconds())
        {
            Fail(connection, now, token.SignerId, "refresh token expired");
            return SignIn.Refused(LoginStatus.RefreshTokenInvalid);
        }

        if (connection.Signers.Find(token.SignerId) is not { State: SignerState.Active })
        {
            Fail(connection, now, token.SignerId, "signer limited");
            return SignIn.Refused(LoginStatus.SignerLimited);
        }

        connection.AccessTokens.UseUp(hash);
        issued.Insert(connection, token.SignerId, token.GrantId, now);
        Record(connection, now, AuditEvent.LoginOk, token.SignerId, "refresh token");
        connection.AccessTokens.DeleteExpired((now - s_keepExpired).ToUnixTimeMilliseconds(), PurgeLimit);
        return new SignIn(issued.Result(), null);
    }

    /// <summary>Ends an access token, or a refresh token with its grant, when it is the caller's.</summary>
    internal static Revocation Revoke(StoreConnection connection, Caller caller, TokenKey key, DateTimeOffset now)
    {
        var hash = key.ToArray();
        var token = connection.AccessTokens.Find(hash);
        if (token is null || token.SignerId != caller.SignerId || token.ClientId != caller.ClientId)
        {
            Record(
                connection,
                now,
                AuditEvent.TokenRevoked,
                caller.SignerId,
                token is null ? "unknown token" : "token of another signer",
                AuditOutcome.Refused);
            return new Revocation(RevokeStatus.TokenInvalid, null, null);
        }

        var refresh = token.Kind == AccessTokenKind.Refresh;
        if (refresh)
        {
            connection.AccessTokens.RevokeGrant(token.GrantId);
        }
        else
        {
            connection.AccessTokens.Revoke(hash);
        }

        Record(connection, now, AuditEvent.TokenRevoked, caller.SignerId, refresh ? "refresh token" : "access token");
        return new Revocation(RevokeStatus.Revoked, refresh ? null : key, refresh ? token.GrantId : null);
    }

    private static void Fail(StoreConnection connection, DateTimeOffset now, Guid? signerId, string why)
        => Record(connection, now, AuditEvent.LoginFailed, signerId, why, AuditOutcome.Refused);

    private static void Record(
        StoreConnection connection,
        DateTimeOffset now,
        AuditEvent happened,
        Guid? signerId,
        string detail,
        AuditOutcome outcome = AuditOutcome.Ok)
        => AuditTrail.Append(connection, new AuditRecord
        {
            At = now.ToUnixTimeMilliseconds(),
            Event = happened,
            Outcome = outcome,
            SignerId = signerId,
            Detail = detail,
        });
}
