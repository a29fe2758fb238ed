using Appliance.Factors;
using Appliance.Identity.Decisions;
using Appliance.Identity.Enrolments;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>
/// How signers come to their factors and change them: invitation, pairing, reset, PIN, activation of the account,
/// recovery and change of the password, change of the telephone. What a step decides is one transaction, with its
/// audit record and its messages.
/// </summary>
/// <remarks>
/// Link and code never go by one channel: links go by e-mail and are of use with a code by SMS only. Nothing here tells
/// whether a user name exists: who asks for a recovery is always told the same.
/// </remarks>
public sealed partial class Enrolment
{
    private readonly Store _store;
    private readonly CommitLoop _commits;
    private readonly EnrolmentParts _parts;
    private readonly TimeProvider _time;
    private readonly AccessTokens? _tokens;
    private readonly RefusedRecoveries _refusedRecoveries;

    /// <summary>Makes the service.</summary>
    /// <param name="store">The store, to read from.</param>
    /// <param name="commits">The commit loop, to write through.</param>
    /// <param name="parts">What it works with.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tokens">The validator that must forget ended tokens; null in a command that serves nobody.</param>
    public Enrolment(
        Store store, CommitLoop commits, EnrolmentParts parts, TimeProvider time, AccessTokens? tokens = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(commits);
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(time);
        _store = store;
        _commits = commits;
        _parts = parts;
        _time = time;
        _tokens = tokens;
        _refusedRecoveries = new RefusedRecoveries(time);
    }

    /// <summary>What a signer has to prove itself with.</summary>
    public EnrolmentResult Describe(EnrolmentBearer bearer) => _store.Read(connection =>
    {
        if (connection.Signers.Find(bearer.SignerId) is not { } signer)
        {
            return new EnrolmentResult(EnrolmentStatus.UnknownSigner);
        }

        var contact = _parts.Contacts.Find(connection, signer.Id, out _);
        var pin = PinFactors.StateOf(connection, signer.Id);
        return new EnrolmentResult(EnrolmentStatus.Ok)
        {
            SignerId = signer.Id,
            Totp = connection.Factors.FindBySigner(signer.Id)?.State,
            Pin = pin == FactorState.Void ? null : pin,
            HasPassword = signer.Password is not null,
            MaskedEmail = Masks.Email(contact?.Email),
            MaskedPhone = Masks.Phone(contact?.Phone),
        };
    });

    private static EnrolmentResult Refused(EnrolmentStatus status) => new(status);

    private static EnrolmentStatus StatusOf(CodeStatus status) => status switch
    {
        CodeStatus.Accepted => EnrolmentStatus.Ok,
        CodeStatus.Missing => EnrolmentStatus.CodeMissing,
        CodeStatus.Void or CodeStatus.JustVoid => EnrolmentStatus.CodeVoid,
        CodeStatus.Expired => EnrolmentStatus.CodeExpired,
        CodeStatus.None => EnrolmentStatus.CodeNone,
        _ => EnrolmentStatus.CodeWrong,
    };

    private static EnrolmentStatus StatusOf(FactorStatus status) => status switch
    {
        FactorStatus.Accepted => EnrolmentStatus.Ok,
        FactorStatus.Missing => EnrolmentStatus.CodeMissing,
        FactorStatus.Locked or FactorStatus.JustLocked => EnrolmentStatus.FactorLocked,
        FactorStatus.Replayed => EnrolmentStatus.CodeReplayed,
        FactorStatus.NotPaired => EnrolmentStatus.NotPaired,
        _ => EnrolmentStatus.CodeWrong,
    };

    /// <summary>Finds out, in the transaction, whose factors this is about and whether anything may be done.</summary>
    private EnrolmentSubject? Resolve(
        StoreConnection connection, EnrolmentBearer bearer, out EnrolmentStatus status, params LinkPurpose[] purposes)
    {
        OneTimeLink? link = null;
        var signerId = bearer.SignerId;
        if (bearer.Link is not null)
        {
            link = _parts.Links.Hold(connection, bearer.Link, out var found);
            if (link is null || !purposes.Contains(link.Purpose))
            {
                status = found == LinkStatus.Expired ? EnrolmentStatus.LinkExpired : EnrolmentStatus.LinkInvalid;
                return null;
            }

            signerId = link.SignerId;
        }
        else
        {
            connection.LockSigner(signerId);
        }

        if (connection.Signers.Find(signerId) is not { } signer)
        {
            status = EnrolmentStatus.UnknownSigner;
            return null;
        }

        if (signer.State != SignerState.Active)
        {
            status = EnrolmentStatus.SignerLimited;
            return null;
        }

        var contact = _parts.Contacts.Find(connection, signerId, out var tampered);
        if (tampered)
        {
            Record(connection, bearer, AuditEvent.TamperDetected, AuditOutcome.Refused, signerId, "contact");
        }

        status = EnrolmentStatus.Ok;
        return new EnrolmentSubject(signer, contact, link);
    }

    private void Record(
        StoreConnection connection,
        EnrolmentBearer bearer,
        AuditEvent happened,
        AuditOutcome outcome,
        Guid? signerId,
        string detail)
        => AuditTrail.Append(connection, new AuditRecord
        {
            At = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            Event = happened,
            Outcome = outcome,
            SignerId = signerId,
            ClientId = bearer.ClientId == Guid.Empty ? null : bearer.ClientId,
            Detail = detail,
            Actor = bearer.Actor,
        });

    /// <summary>Whose transaction it is going to be: the caller's, or that of the link's signer.</summary>
    private Guid Announced(EnrolmentBearer bearer) => bearer.Link is null
        ? bearer.SignerId
        : _store.Read(connection => _parts.Links.Find(connection, bearer.Link, out _)?.SignerId ?? Guid.Empty);

    private async Task<EnrolmentResult> WriteAsync(
        Guid signerId, Func<StoreConnection, EnrolmentResult> decide, CancellationToken cancellationToken)
    {
        var work = new CommitWork<EnrolmentResult>(
            decide,
            result =>
            {
                if (result.Ended is { } ended)
                {
                    _tokens?.ForgetSigner(ended);
                }
            },
            keys =>
            {
                if (signerId != Guid.Empty)
                {
                    keys.AddSigner(signerId);
                }
            });
        return _commits.TryEnqueue(work)
            ? await work.Completion.WaitAsync(cancellationToken).ConfigureAwait(false)
            : Refused(EnrolmentStatus.Overloaded);
    }
}
