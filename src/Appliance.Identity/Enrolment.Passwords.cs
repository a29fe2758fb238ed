using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity;

/// <content>Passwords: chosen at the activation, recovered, changed.</content>
public sealed partial class Enrolment
{
    /// <summary>
    /// Mails a link by which a new password is chosen, to a signer with this user name and an address; not again while
    /// the last one is young. Always Ok: nobody learns whether there is such a signer.
    /// </summary>
    public async Task<EnrolmentResult> RecoverAsync(string userName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(userName);
        var signer = UserName.TryRead(userName, out var name, out _)
            ? _store.Read(name, static (connection, wanted) => connection.Signers.FindByUserName(wanted))
            : null;
        var recorded = 0;
        var result = await WriteAsync(
            signer?.Id ?? Guid.Empty, connection => Recover(connection, signer?.Id, out recorded), cancellationToken)
            .ConfigureAwait(false);
        if (result.Status == EnrolmentStatus.UnknownSigner)
        {
            _refusedRecoveries.Note(recorded);
        }

        return result.Status == EnrolmentStatus.Overloaded ? result : new EnrolmentResult(EnrolmentStatus.Ok);
    }

    /// <summary>
    /// Sets the password of who holds a link of activation or recovery and has given its code; all tokens of the
    /// signer end, and the link is used.
    /// </summary>
    public async Task<EnrolmentResult> FinishAsync(
        string link, string password, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(password);
        var bearer = EnrolmentBearer.OfLink(link);
        var (status, signer) = _store.Read(connection => MayFinish(connection, link));
        if (status != EnrolmentStatus.Ok)
        {
            return Refused(status);
        }

        if (PasswordPolicy.Check(password, signer!.UserName) is { Count: > 0 } reasons)
        {
            return Refused(EnrolmentStatus.PasswordRefused) with { Reasons = reasons };
        }

        return await _parts.Passwords.HashAsync(password, cancellationToken).ConfigureAwait(false) is { } hash
            ? await WriteAsync(signer.Id, connection => Finish(connection, bearer, hash), cancellationToken)
                .ConfigureAwait(false)
            : Refused(EnrolmentStatus.Overloaded);
    }

    /// <summary>Changes the password of a signer that gives its present one; all its tokens end.</summary>
    public async Task<EnrolmentResult> ChangePasswordAsync(
        EnrolmentBearer bearer, string present, string password, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(present);
        ArgumentNullException.ThrowIfNull(password);
        var signer = _store.Read(bearer.SignerId, static (connection, id) => connection.Signers.Find(id));
        if (PasswordPolicy.Check(password, signer?.UserName) is { Count: > 0 } reasons)
        {
            return Refused(EnrolmentStatus.PasswordRefused) with { Reasons = reasons };
        }

        var check = await _parts.Passwords.VerifyAsync(present, signer?.Password, cancellationToken)
            .ConfigureAwait(false);
        if (check == PasswordCheck.Wrong)
        {
            return await WriteAsync(
                bearer.SignerId,
                connection =>
                {
                    Record(
                        connection, bearer, AuditEvent.SignerChanged, AuditOutcome.Refused, signer?.Id,
                        "password: the present one is wrong");
                    return Refused(EnrolmentStatus.PasswordWrong);
                },
                cancellationToken).ConfigureAwait(false);
        }

        var hash = check == PasswordCheck.Right
            ? await _parts.Passwords.HashAsync(password, cancellationToken).ConfigureAwait(false)
            : null;
        return hash is null
            ? Refused(EnrolmentStatus.Overloaded)
            : await WriteAsync(
                signer!.Id,
                connection => Change(connection, bearer, signer.Password!, hash),
                cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Before a password is computed: a link that is none costs no computation.</summary>
    private (EnrolmentStatus Status, SignerRow? Signer) MayFinish(StoreConnection connection, string text)
    {
        var link = _parts.Links.Find(connection, text, out var status);
        if (link is not { Purpose: LinkPurpose.Activation or LinkPurpose.Recovery })
        {
            return (status == LinkStatus.Expired ? EnrolmentStatus.LinkExpired : EnrolmentStatus.LinkInvalid, null);
        }

        if (!link.Confirmed)
        {
            return (EnrolmentStatus.NotConfirmed, null);
        }

        return connection.Signers.Find(link.SignerId) is { } signer
            ? (EnrolmentStatus.Ok, signer)
            : (EnrolmentStatus.LinkInvalid, null);
    }

    private EnrolmentResult Recover(StoreConnection connection, Guid? signerId, out int recorded)
    {
        recorded = 0;
        var bearer = new EnrolmentBearer(null, signerId ?? Guid.Empty, Guid.Empty, null);
        var subject = signerId is null ? null : Resolve(connection, bearer, out _);
        var now = _time.GetUtcNow();
        var sentAt = subject is null
            ? null
            : _parts.Links.SentAt(connection, subject.Id, LinkPurpose.Recovery, null);
        var young = sentAt + (long)_parts.Resend.TotalMilliseconds > now.ToUnixTimeMilliseconds();
        if (subject?.Contact is not { Email: { } email, Phone: not null } || young)
        {
            var why = subject is null ? "recovery: unknown user or limited"
                : young ? "recovery: sent before"
                : "recovery: e-mail and telephone are needed";
            RecordRefused(connection, subject?.Id, why, recorded = _refusedRecoveries.Due());
            return Refused(EnrolmentStatus.UnknownSigner);
        }

        var life = _parts.Addresses.RecoveryLife;
        var text = _parts.Links.Issue(connection, subject.Id, LinkPurpose.Recovery, null, life);
        _parts.Notices.Enqueue(connection, _parts.Addresses.Message(
            subject.Id, NoticeKind.RecoveryLink, LinkPurpose.Recovery, text, email, subject.Language, life));
        Record(connection, bearer, AuditEvent.CodeSent, AuditOutcome.Ok, subject.Id, "link: recovery");
        return new EnrolmentResult(EnrolmentStatus.Ok);
    }

    /// <summary>Anybody may ask, so not every refusal has a record of its own.</summary>
    private void RecordRefused(StoreConnection connection, Guid? signerId, string why, int count)
    {
        if (count == 0)
        {
            return;
        }

        AuditTrail.Append(connection, new AuditRecord
        {
            At = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            Event = AuditEvent.CodeRefused,
            Outcome = AuditOutcome.Refused,
            SignerId = signerId,
            Detail = why,
            Count = count,
        });
    }

    private EnrolmentResult Finish(StoreConnection connection, EnrolmentBearer bearer, byte[] hash)
    {
        var subject = Resolve(connection, bearer, out var status, LinkPurpose.Activation, LinkPurpose.Recovery);
        if (subject is null)
        {
            return Refused(status);
        }

        if (!subject.Link!.Confirmed)
        {
            return Refused(EnrolmentStatus.NotConfirmed);
        }

        _parts.Links.Use(connection, bearer.Link!);
        connection.Signers.SetPassword(subject.Id, hash);
        connection.AccessTokens.RevokeSigner(subject.Id);
        var detail = subject.Link.Purpose == LinkPurpose.Activation
            ? "activated: password set, tokens ended"
            : "recovered: password set, tokens ended";
        Record(connection, bearer, AuditEvent.SignerChanged, AuditOutcome.Ok, subject.Id, detail);
        return new EnrolmentResult(EnrolmentStatus.Ok) { Ended = subject.Id };
    }

    private EnrolmentResult Change(StoreConnection connection, EnrolmentBearer bearer, byte[] seen, byte[] hash)
    {
        if (Resolve(connection, bearer, out var status) is not { } subject)
        {
            return Refused(status);
        }

        if (subject.Signer.Password is not { } stored || !stored.AsSpan().SequenceEqual(seen))
        {
            return Refused(EnrolmentStatus.PasswordWrong);
        }

        connection.Signers.SetPassword(subject.Id, hash);
        connection.AccessTokens.RevokeSigner(subject.Id);
        Record(
            connection, bearer, AuditEvent.SignerChanged, AuditOutcome.Ok, subject.Id, "password set, tokens ended");
        return new EnrolmentResult(EnrolmentStatus.Ok) { Ended = subject.Id };
    }
}
