using Appliance.Factors;
using Appliance.Identity.Decisions;
using Appliance.Ledger;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>
/// The one operation that takes a signer out of service (service-behaviours D15), and the one that brings it back. A
/// limit is one transaction: from its commit on nothing of the signer is authorised or signed on any node, its tokens
/// are worthless, and what was open stays void when the signer is restored. An organisation is a signer, and is limited
/// like one.
/// </summary>
public sealed class SignerLimits
{
    private const int PageSize = 500;

    private readonly CommitLoop _commits;
    private readonly Contacts _contacts;
    private readonly Notices _notices;
    private readonly Approvals _approvals;
    private readonly TimeProvider _time;
    private readonly AccessTokens? _tokens;
    private readonly Action<Guid>? _forget;

    /// <summary>Composes it.</summary>
    /// <param name="commits">The commit loop, to write through.</param>
    /// <param name="contacts">Where signers are reached.</param>
    /// <param name="notices">How they are told.</param>
    /// <param name="approvals">What waits for their word.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tokens">The validator that must forget ended tokens; null in a command that serves nobody.</param>
    /// <param name="forget">What is remembered of a credential is old now; null in a command alone.</param>
    public SignerLimits(
        CommitLoop commits,
        Contacts contacts,
        Notices notices,
        Approvals approvals,
        TimeProvider time,
        AccessTokens? tokens = null,
        Action<Guid>? forget = null)
    {
        _commits = commits;
        _contacts = contacts;
        _notices = notices;
        _approvals = approvals;
        _time = time;
        _tokens = tokens;
        _forget = forget;
    }

    /// <summary>
    /// Limits a signer: suspends its enabled credentials, voids its activations, approvals, codes and links, ends its
    /// tokens, and tells it. A signer that is limited is limited anew: what was enabled since is suspended, too. One
    /// that is restricted stays restricted, and is limited once that is lifted. No code is asked for, and no count of
    /// wrong codes is touched.
    /// </summary>
    /// <param name="signerId">The signer.</param>
    /// <param name="actor">The admin who does it; null for a client.</param>
    /// <param name="clientId">The client that does it; null for an admin.</param>
    /// <param name="cancellationToken">Gives up waiting; once the write is queued, it may still be done.</param>
    /// <exception cref="DirectoryException">There is no such signer, it is erased, or too much waits.</exception>
    public Task<Limitation> LimitAsync(
        Guid signerId, string? actor, Guid? clientId, CancellationToken cancellationToken)
        => WriteAsync(connection => Limit(connection, signerId, actor, clientId), cancellationToken);

    /// <summary>
    /// Restores a signer: exactly those credentials that the limit suspended, and that nobody changed since. It signs
    /// in anew.
    /// </summary>
    /// <inheritdoc cref="LimitAsync"/>
    public Task<Limitation> RestoreAsync(
        Guid signerId, string? actor, Guid? clientId, CancellationToken cancellationToken)
        => WriteAsync(connection => Restore(connection, signerId, actor, clientId), cancellationToken);

    private Limitation Limit(StoreConnection connection, Guid signerId, string? actor, Guid? clientId)
    {
        // Before anything is read: two nodes that limit and restore at once do it one after the other.
        connection.LockSigner(signerId);
        var signer = Find(connection, signerId);
        var suspended = new List<Guid>();
        foreach (var id in ListCredentials(connection, signerId))
        {
            if (connection.Credentials.ChangeState(id, CredentialState.Enabled, CredentialState.Suspended))
            {
                connection.LimitedCredentials.Insert(signerId, id);
                suspended.Add(id);
            }
        }

        if (!connection.Signers.Limit(signerId))
        {
            throw new DirectoryException(
                DirectoryFault.SignerErased, $"The data of signer {signerId:D} are erased; there is nothing to limit.");
        }

        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var activations = connection.Activations.CloseOfSigner(signerId, now);
        var tokens = connection.AccessTokens.RevokeSigner(signerId);
        _approvals.Withdraw(connection, signerId);
        connection.OneTimeCodes.DeleteSigner(signerId);
        connection.OneTimeLinks.DeleteSigner(signerId);
        Record(connection, AuditEvent.SignerLimited, signerId, suspended.Count, actor, clientId, now);
        if (signer.State == SignerState.Active)
        {
            Tell(connection, signerId, "limited");
        }

        return new Limitation(signerId, suspended, tokens, activations);
    }

    private Limitation Restore(StoreConnection connection, Guid signerId, string? actor, Guid? clientId)
    {
        connection.LockSigner(signerId);
        _ = Find(connection, signerId);
        if (!connection.Signers.Restore(signerId))
        {
            throw new DirectoryException(DirectoryFault.NotLimited, $"Signer {signerId:D} is not limited.");
        }

        var restored = new List<Guid>();
        foreach (var id in connection.LimitedCredentials.List(signerId))
        {
            if (connection.Credentials.ChangeState(id, CredentialState.Suspended, CredentialState.Enabled))
            {
                restored.Add(id);
            }
        }

        connection.LimitedCredentials.Delete(signerId);
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        Record(connection, AuditEvent.SignerRestored, signerId, restored.Count, actor, clientId, now);
        Tell(connection, signerId, "restored");
        return new Limitation(signerId, restored, 0, 0);
    }

    private static SignerRow Find(StoreConnection connection, Guid signerId)
        => connection.Signers.Find(signerId) ?? throw new DirectoryException(
            DirectoryFault.UnknownSigner, $"There is no signer {signerId:D}; list the signers to find it.");

    private static List<Guid> ListCredentials(StoreConnection connection, Guid signerId)
    {
        var all = new List<Guid>();
        while (true)
        {
            var page = connection.Credentials.ListBySigner(signerId, all.Count == 0 ? default : all[^1], PageSize);
            all.AddRange(page.Select(row => row.Id));
            if (page.Count < PageSize)
            {
                return all;
            }
        }
    }

    private void Tell(StoreConnection connection, Guid signerId, string state)
    {
        if (_contacts.Find(connection, signerId, out _) is { Email: { } email } contact)
        {
            _notices.Enqueue(connection, new Notice(
                signerId,
                NoticeKind.SignerLimited,
                NoticeChannel.Email,
                email,
                contact.Language,
                new Dictionary<string, string>(StringComparer.Ordinal) { ["state"] = state }));
        }
    }

    private static void Record(
        StoreConnection connection,
        AuditEvent happened,
        Guid signerId,
        int credentials,
        string? actor,
        Guid? clientId,
        long now)
        => AuditTrail.Append(connection, new AuditRecord
        {
            At = now,
            Event = happened,
            SignerId = signerId,
            ClientId = clientId,
            Actor = actor,
            Count = credentials,
        });

    private async Task<Limitation> WriteAsync(
        Func<StoreConnection, Limitation> apply, CancellationToken cancellationToken)
    {
        // A refusal comes before any write, and is no failure of the transaction that its log should tell of.
        var work = new CommitWork<(Limitation? Done, DirectoryException? Refusal)>(
            connection =>
            {
                try
                {
                    return (apply(connection), null);
                }
                catch (DirectoryException e)
                {
                    return (null, e);
                }
            },
            result =>
            {
                if (result.Done is { } done)
                {
                    // All of them: what is remembered of a client's token does not say whose organisation it is of.
                    _tokens?.Cache.Clear();
                    foreach (var credential in done.Credentials)
                    {
                        _forget?.Invoke(credential);
                    }
                }
            });
        if (!_commits.TryEnqueue(work))
        {
            throw new DirectoryException(
                DirectoryFault.Overloaded, "Too many changes are waiting for the store; try again shortly.");
        }

        var (limitation, refusal) = await work.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        return limitation ?? throw refusal!;
    }
}
