using Appliance.Identity.Decisions;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>
/// What a person may ask of its data (GDPR articles 15 to 20): to get them, to have them merely kept, to have them
/// erased. What was signed stays evidence, under the signer's id, which says nothing about the person.
/// </summary>
public sealed class SignerRecords
{
    private const int PageSize = 500;
    private const int ScrubAttempts = 20;

    private readonly Store _store;
    private readonly CommitLoop _commits;
    private readonly TimeProvider _time;
    private readonly AccessTokens? _tokens;
    private readonly string? _actor;

    /// <summary>Makes one.</summary>
    /// <param name="store">The store, to read from.</param>
    /// <param name="commits">The commit loop, to write through.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tokens">The validator that must forget ended tokens; null in a command that serves nobody.</param>
    /// <param name="actor">The admin who does it, for the audit trail.</param>
    public SignerRecords(
        Store store, CommitLoop commits, TimeProvider time, AccessTokens? tokens = null, string? actor = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(commits);
        ArgumentNullException.ThrowIfNull(time);
        _store = store;
        _commits = commits;
        _time = time;
        _tokens = tokens;
        _actor = actor;
    }

    /// <summary>What an erased signer is called.</summary>
    public static string PseudonymOf(Guid signerId) => $"erased-{signerId:N}";

    /// <summary>Records that what is kept of a signer is handed out, which is to be read after this.</summary>
    /// <exception cref="DirectoryException">There is no such signer.</exception>
    public Task RecordExportAsync(Guid signerId, CancellationToken cancellationToken)
        => WriteAsync(
            signerId,
            endsTokens: false,
            (connection, signer) =>
            {
                Record(connection, AuditEvent.SignerExported, signer.Id, null);
                return null;
            },
            cancellationToken);

    /// <summary>
    /// From its commit on, on all nodes, nothing is done with the signer's data but keeping them: it neither signs in
    /// nor signs nor is sent anything. Its tokens end. Done again, it changes nothing.
    /// </summary>
    /// <exception cref="DirectoryException">No such signer, or it is erased.</exception>
    public Task RestrictAsync(Guid signerId, CancellationToken cancellationToken)
        => WriteAsync(
            signerId,
            endsTokens: true,
            (connection, signer) =>
            {
                if (signer.State == SignerState.Erased)
                {
                    return DirectoryFault.SignerErased;
                }

                EndTokens(connection, signerId);
                if (connection.Signers.Restrict(signerId))
                {
                    Record(connection, AuditEvent.SignerChanged, signerId, "restricted");
                }

                return null;
            },
            cancellationToken);

    /// <summary>Lifts a restriction: the signer is active, or limited, as it was before.</summary>
    /// <exception cref="DirectoryException">No such signer, or it is not restricted.</exception>
    public Task LiftAsync(Guid signerId, CancellationToken cancellationToken)
        => WriteAsync(
            signerId,
            endsTokens: false,
            (connection, _) =>
            {
                if (!connection.Signers.LiftRestriction(signerId))
                {
                    return DirectoryFault.StateInvalid;
                }

                Record(connection, AuditEvent.SignerChanged, signerId, "restriction lifted");
                return null;
            },
            cancellationToken);

    /// <summary>
    /// Removes what is known of the person, in one transaction; see docs/operations.md for what, and what stays. From
    /// its commit on the signer does nothing any more, on any node. Done again, it removes what came after it.
    /// </summary>
    /// <returns>
    /// True when the files of this node's store hold nothing of it any more; false when the log still does for a while,
    /// and always with PostgreSQL, whose files are its own.
    /// </returns>
    /// <exception cref="DirectoryException">No such signer, or it is an organisation.</exception>
    public async Task<bool> EraseAsync(Guid signerId, CancellationToken cancellationToken)
    {
        await WriteAsync(signerId, endsTokens: true, Erase, cancellationToken).ConfigureAwait(false);
        _store.RequestScrub();
        for (var i = 0; i < ScrubAttempts && _store.IsScrubPending; i++)
        {
            await _commits.WriteAsync(static _ => true, cancellationToken).ConfigureAwait(false);
        }

        return !_store.IsShared && !_store.IsScrubPending;
    }

    private DirectoryFault? Erase(StoreConnection connection, SignerRow signer)
    {
        var id = signer.Id;
        if (connection.Organisations.Find(id) is not null)
        {
            return DirectoryFault.NotAPerson;
        }

        var pseudonym = PseudonymOf(id);
        connection.Signers.Erase(id, pseudonym);
        connection.Profiles.Erase(id, pseudonym);
        connection.Contacts.Delete(id);
        connection.Factors.Erase(id);
        connection.Pins.Delete(id);
        connection.Notices.DeleteBySigner(id);
        connection.OneTimeCodes.DeleteSigner(id);
        connection.OneTimeLinks.DeleteSigner(id);
        connection.Approvals.DeleteSigner(id);
        connection.TlsLogins.DeleteSigner(id);
        connection.LimitedCredentials.Delete(id);
        EndTokens(connection, id);
        var credentials = 0;
        for (var after = Guid.Empty; ;)
        {
            var page = connection.Credentials.ListBySigner(id, after, PageSize);
            foreach (var row in page)
            {
                connection.Credentials.Erase(row);
            }

            credentials += page.Count;
            if (page.Count < PageSize)
            {
                break;
            }

            after = page[^1].Id;
        }

        if (signer.State != SignerState.Erased)
        {
            Record(connection, AuditEvent.SignerErased, id, null, credentials);
        }

        return null;
    }

    private static void EndTokens(StoreConnection connection, Guid signerId)
    {
        connection.AccessTokens.RevokeSigner(signerId);
        connection.Revocations.Raise();
    }

    private void Record(
        StoreConnection connection, AuditEvent happened, Guid signerId, string? detail, int count = 0)
        => AuditTrail.Append(connection, new AuditRecord
        {
            At = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            Event = happened,
            SignerId = signerId,
            Detail = detail,
            Count = count,
            Actor = _actor,
        });

    private async Task WriteAsync(
        Guid signerId,
        bool endsTokens,
        Func<StoreConnection, SignerRow, DirectoryFault?> apply,
        CancellationToken cancellationToken)
    {
        var work = new CommitWork<DirectoryFault?>(
            connection =>
            {
                connection.Signers.Lock(signerId);
                return connection.Signers.Find(signerId) is { } signer
                    ? apply(connection, signer)
                    : DirectoryFault.UnknownSigner;
            },
            fault =>
            {
                if (fault is null && endsTokens)
                {
                    _tokens?.Cache.RemoveSigner(signerId);
                }
            });
        if (!_commits.TryEnqueue(work))
        {
            throw new DirectoryException(
                DirectoryFault.Overloaded, "Too many changes are waiting for the store; try again shortly.");
        }

        if (await work.Completion.WaitAsync(cancellationToken).ConfigureAwait(false) is { } refused)
        {
            throw new DirectoryException(refused, Explain(refused, signerId));
        }
    }

    private static string Explain(DirectoryFault fault, Guid signerId) => fault switch
    {
        DirectoryFault.SignerErased => $"The data of signer {signerId:D} are erased; there is nothing to restrict.",
        DirectoryFault.StateInvalid => $"Signer {signerId:D} is not restricted.",
        DirectoryFault.NotAPerson => $"{signerId:D} is an organisation, which has no personal data.",
        _ => $"There is no signer {signerId:D}.",
    };
}
