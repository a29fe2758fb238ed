using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Appliance.Identity.Clients;
using Appliance.Identity.Decisions;
using Appliance.Identity.Tokens;
using Appliance.Ledger;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>
/// oauth2/token and oauth2/revoke for client applications (CSC API v1 8.3.3 and 8.3.4, v2 8.4.4 and 8.4.5; RFC 6749
/// section 4.4, RFC 7009): by secret, by an assertion (RFC 7523) or by the certificate of the connection (RFC 8705).
/// </summary>
/// <remarks>
/// Who names an unknown client goes the same way and gets the same answer as who has the wrong secret. What it decides
/// is durable, with its audit record, before it answers.
/// </remarks>
public sealed class ClientAuthentication
{
    /// <summary>Each token clears away more old ones than it adds.</summary>
    private const int PurgeLimit = 8;

    /// <summary>Tokens stay this long after their end, so that an old one is told from an unknown one.</summary>
    private static readonly TimeSpan s_keepExpired = TimeSpan.FromDays(1);

    private readonly Store _store;
    private readonly CommitLoop _commits;
    private readonly ClientRows _rows;
    private readonly AccessTokens _tokens;
    private readonly ClientOptions _options;
    private readonly TimeProvider _time;
    private readonly RefusalRecords _refusals;

    /// <summary>Makes the service.</summary>
    /// <param name="store">The store, to read from.</param>
    /// <param name="commits">The commit loop, to write through.</param>
    /// <param name="rows">Checks that the rows of clients are as this installation made them.</param>
    /// <param name="tokens">The validator that must forget what is revoked here.</param>
    /// <param name="options">Lifetimes and audiences.</param>
    /// <param name="time">The clock.</param>
    public ClientAuthentication(
        Store store,
        CommitLoop commits,
        ClientRows rows,
        AccessTokens tokens,
        ClientOptions options,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(commits);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _store = store;
        _commits = commits;
        _rows = rows;
        _tokens = tokens;
        _options = options;
        _time = time;
        _refusals = new RefusalRecords(commits, time);
    }

    /// <summary>Gives a client that proves who it is an access token.</summary>
    /// <param name="proof">What it presented.</param>
    /// <param name="cancellationToken">Gives up waiting; the token may still be written, and nobody has it.</param>
    public async Task<ClientTokenResult> IssueAsync(ClientProof proof, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(proof);
        var status = Verify(proof, out var verified);
        if (status != ClientAuthenticationStatus.Ok)
        {
            return new(status);
        }

        var text = TokenKey.NewText();
        _ = TokenKey.TryRead(text, out var key);
        var hash = key.ToArray();
        status = await WriteAsync(
            verified!,
            connection =>
            {
                var now = _time.GetUtcNow();
                var expiresAt = (now + _options.AccessTokenLifetime).ToUnixTimeMilliseconds();
                var grant = _rows.GrantOf(hash, verified!.Client.Id, expiresAt);
                connection.AccessTokens.Insert(new AccessTokenRow(
                    hash, AccessTokenKind.Access, Guid.Empty, verified.Client.Id, grant, expiresAt, Revoked: false));
                Record(connection, verified, AuditEvent.ClientToken, AuditOutcome.Ok, verified.Method);
                connection.AccessTokens.DeleteExpired((now - s_keepExpired).ToUnixTimeMilliseconds(), PurgeLimit);
                return ClientAuthenticationStatus.Ok;
            },
            null,
            cancellationToken).ConfigureAwait(false);
        return status == ClientAuthenticationStatus.Ok
            ? new(status, text, (int)_options.AccessTokenLifetime.TotalSeconds)
            : new(status);
    }

    /// <summary>
    /// Ends a token of a client that proves who it is, at once and on all nodes: when this answers Ok,
    /// <see cref="AccessTokens"/> refuses it.
    /// </summary>
    /// <param name="proof">What it presented.</param>
    /// <param name="token">The token; one that it revoked before is Ok.</param>
    /// <param name="cancellationToken">Gives up waiting; the token may still be revoked.</param>
    public async Task<ClientAuthenticationStatus> RevokeAsync(
        ClientProof proof, string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(token);
        var status = Verify(proof, out var verified);
        if (status != ClientAuthenticationStatus.Ok)
        {
            return status;
        }

        var isToken = TokenKey.TryRead(token, out var key);
        return await WriteAsync(
            verified!,
            connection =>
            {
                var found = isToken ? connection.AccessTokens.Find(key.ToArray()) : null;
                if (found is null || found.ClientId != verified!.Client.Id)
                {
                    var why = found is null ? "unknown token" : "token of another client";
                    Record(connection, verified!, AuditEvent.TokenRevoked, AuditOutcome.Refused, why);
                    return ClientAuthenticationStatus.TokenInvalid;
                }

                connection.AccessTokens.Revoke(found.Hash);
                Record(connection, verified, AuditEvent.TokenRevoked, AuditOutcome.Ok, "access token");
                return ClientAuthenticationStatus.Ok;
            },
            isToken ? key : null,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// 1 what was presented, 2 whose it is said to be, 3 whether that holds, 4 whether it may call now.
    /// </summary>
    private ClientAuthenticationStatus Verify(ClientProof proof, out Verified? verified)
    {
        // 1
        verified = null;
        Assertion? assertion = null;
        if (proof.Assertion is { } text
            && (!Assertion.TryRead(text, out assertion) || !IsInTime(assertion) || !IsForUs(assertion)
                || assertion.ClientId != (proof.ClientId ?? assertion.ClientId)))
        {
            return ClientAuthenticationStatus.AssertionRefused;
        }

        var id = proof.ClientId ?? assertion?.ClientId;
        if (id is null || (proof.Secret ?? proof.Assertion as object ?? proof.Certificate) is null)
        {
            return ClientAuthenticationStatus.Missing;
        }

        // 2
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var (client, secrets, organisation) = Read(id.Value);
        var known = client is not null && _rows.Verify(client) ? client : null;
        var good = secrets.Where(secret => IsGood(secret, known, now));

        // 3
        var (used, method, refusal) = Match(proof, assertion, good);
        if (known is null || used is null)
        {
            if (known is not null)
            {
                _refusals.Note(known.Id, $"wrong {method}");
            }

            return refusal;
        }

        // 4
        if (known.State != ClientState.Active || organisation is { State: not SignerState.Active })
        {
            _refusals.Note(known.Id, "not active");
            return ClientAuthenticationStatus.Inactive;
        }

        var gate = _tokens.Gates.For(known);
        if (!gate.TryEnter(out _))
        {
            _refusals.Note(known.Id, "rate");
            return ClientAuthenticationStatus.RateExceeded;
        }

        gate.Leave();
        verified = new Verified(known, used.Id, method, assertion);
        return ClientAuthenticationStatus.Ok;
    }

    private (ClientRow? Client, IReadOnlyList<ClientSecretRow> Secrets, SignerRow? Organisation) Read(Guid clientId)
        => _store.Read(clientId, static (connection, id) =>
        {
            var client = connection.Clients.Find(id);
            var secrets = connection.ClientSecrets.ListByClient(id);
            var organisation = client?.OrganisationId is { } owner ? connection.Signers.Find(owner) : null;
            return (client, secrets, organisation);
        });

    private bool IsGood(ClientSecretRow secret, ClientRow? client, long now)
        => client is not null && secret.ClientId == client.Id && secret.State == ClientSecretState.Active
            && secret.ValidFrom <= now && now < secret.ValidUntil && _rows.Verify(secret);

    private static (ClientSecretRow? Used, string Method, ClientAuthenticationStatus Refusal) Match(
        ClientProof proof, Assertion? assertion, IEnumerable<ClientSecretRow> good)
    {
        if (assertion is not null)
        {
            var keys = good.Where(static key => key.Kind == ClientSecretKind.PublicKey);
            AssertionKeys.Verify(assertion, keys, out var key);
            return (key, "assertion", ClientAuthenticationStatus.AssertionRefused);
        }

        if (proof.Secret is { } text)
        {
            ClientSecretRow? found = null;
            var compared = 0;
            foreach (var secret in good.Where(static one => one.Kind == ClientSecretKind.Secret))
            {
                compared++;
                found = SecretDigest.Matches(secret.Material, text) ? secret : found;
            }

            if (compared == 0)
            {
                _ = SecretDigest.Matches(SecretDigest.Dummy, text);
            }

            return (found, "secret", ClientAuthenticationStatus.SecretRefused);
        }

        var registered = FindCertificate(proof.Certificate!, good);
        return (registered, "certificate", ClientAuthenticationStatus.CertificateRefused);
    }

    /// <summary>The certificate itself is registered, or its key: who issued it does not matter (RFC 8705).</summary>
    private static ClientSecretRow? FindCertificate(byte[] der, IEnumerable<ClientSecretRow> good)
    {
        var digest = SHA256.HashData(der);
        byte[] keyDigest;
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            keyDigest = SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        }
        catch (CryptographicException)
        {
            return null;
        }

        return good.FirstOrDefault(one => one.Kind switch
        {
            ClientSecretKind.Certificate => one.Material.AsSpan().SequenceEqual(digest),
            ClientSecretKind.CertificateKey => one.Material.AsSpan().SequenceEqual(keyDigest),
            _ => false,
        });
    }

    private bool IsForUs(Assertion assertion)
        => assertion.Audiences.Any(audience => _options.Audiences.Contains(audience, StringComparer.Ordinal));

    private bool IsInTime(Assertion assertion)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var skew = (long)_options.ClockSkew.TotalSeconds;
        return assertion.ExpiresAt > now - skew
            && assertion.ExpiresAt <= now + (long)_options.AssertionLifetime.TotalSeconds + skew
            && (assertion.NotBefore ?? now) <= now + skew
            && (assertion.IssuedAt ?? now) <= now + skew;
    }

    /// <summary>Uses the assertion up and does what was asked, if the client may still call.</summary>
    private async Task<ClientAuthenticationStatus> WriteAsync(
        Verified verified,
        Func<StoreConnection, ClientAuthenticationStatus> act,
        TokenKey? ended,
        CancellationToken cancellationToken)
    {
        ClientAuthenticationStatus Apply(StoreConnection connection)
        {
            if (connection.Clients.Find(verified.Client.Id) is not { State: ClientState.Active })
            {
                Record(connection, verified, AuditEvent.ClientRefused, AuditOutcome.Refused, "not active");
                return ClientAuthenticationStatus.Inactive;
            }

            if (verified.Assertion is { } assertion && !UseUp(connection, assertion))
            {
                Record(connection, verified, AuditEvent.ClientRefused, AuditOutcome.Refused, "assertion used before");
                return ClientAuthenticationStatus.AssertionRefused;
            }

            return act(connection);
        }

        var work = new CommitWork<ClientAuthenticationStatus>(
            Apply,
            _ =>
            {
                if (ended is { } key)
                {
                    _tokens.Cache.Remove(key);
                }
            },
            keys => keys.AddClient(verified.Client.Id));
        return _commits.TryEnqueue(work)
            ? await work.Completion.WaitAsync(cancellationToken).ConfigureAwait(false)
            : ClientAuthenticationStatus.Overloaded;
    }

    private bool UseUp(StoreConnection connection, Assertion assertion)
    {
        Span<byte> key = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{assertion.ClientId:N} {assertion.Id}"), key);
        var until = (assertion.ExpiresAt + (long)_options.ClockSkew.TotalSeconds + 1) * 1_000;
        return connection.ClientAssertions.TryUse(key[..16], until);
    }

    private void Record(
        StoreConnection connection, Verified verified, AuditEvent happened, AuditOutcome outcome, string detail)
        => AuditTrail.Append(connection, new AuditRecord
        {
            At = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            Event = happened,
            Outcome = outcome,
            ClientId = verified.Client.Id,
            RequestId = verified.SecretId,
            Detail = detail,
        });
}
