using Appliance.Factors;
using Appliance.Identity.Enrolments;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity;

/// <content>Invitations, what their links open, and the codes of the other channel.</content>
public sealed partial class Enrolment
{
    private static readonly LinkPurpose[] s_withCode =
        [LinkPurpose.Activation, LinkPurpose.Pairing, LinkPurpose.Recovery];

    /// <summary>
    /// Mails a link that pairs an authenticator, or activates the account; an earlier one is void. Pairing needs both
    /// channels; activation, where the telephone may be given, the address only.
    /// </summary>
    /// <param name="bearer">A caller or an admin.</param>
    /// <param name="purpose">Pairing or Activation.</param>
    /// <param name="cancellationToken">Gives up waiting; it may still be done.</param>
    public Task<EnrolmentResult> InviteAsync(
        EnrolmentBearer bearer, LinkPurpose purpose, CancellationToken cancellationToken)
        => WriteAsync(bearer.SignerId, connection => Invite(connection, bearer, purpose), cancellationToken);

    /// <summary>Takes the signer's authenticator away at once, in an admin's name, and mails a pairing link.</summary>
    public Task<EnrolmentResult> ResetAsync(EnrolmentBearer admin, CancellationToken cancellationToken)
        => WriteAsync(admin.SignerId, connection => Reset(connection, admin), cancellationToken);

    /// <summary>
    /// Opens a link: what it is for, and what its page shows. A pairing link sends its code by that
    /// (service-behaviours B8); opened again while one is running it sends nothing and tells of that.
    /// </summary>
    public Task<EnrolmentResult> OpenAsync(string link, CancellationToken cancellationToken)
    {
        var bearer = EnrolmentBearer.OfLink(link);
        return WriteAsync(Announced(bearer), connection => Open(connection, bearer), cancellationToken);
    }

    /// <summary>
    /// Sends the code by SMS: of a link, or, for a caller, the one that resets its authenticator. An activation may
    /// name another telephone, which becomes the signer's once its code is given.
    /// </summary>
    /// <param name="bearer">A link, or a caller.</param>
    /// <param name="phone">For an activation: E.164; null for the one that is known.</param>
    /// <param name="cancellationToken">Gives up waiting; it may still be sent.</param>
    public Task<EnrolmentResult> SendAsync(
        EnrolmentBearer bearer, string? phone, CancellationToken cancellationToken)
        => WriteAsync(Announced(bearer), connection => Send(connection, bearer, phone), cancellationToken);

    /// <summary>
    /// Takes the code that came by SMS. For pairing, a new factor is made, whose secret is in this answer and nowhere
    /// else, and the old one is void. The others go on with <see cref="FinishAsync"/>.
    /// </summary>
    public Task<EnrolmentResult> ConfirmAsync(
        EnrolmentBearer bearer, string? code, CancellationToken cancellationToken)
        => WriteAsync(Announced(bearer), connection => Confirm(connection, bearer, code), cancellationToken);

    /// <summary>Takes the first code of the authenticator: the factor is active, the link used.</summary>
    public Task<EnrolmentResult> ActivateAsync(
        EnrolmentBearer bearer, string? code, CancellationToken cancellationToken)
        => WriteAsync(Announced(bearer), connection => Activate(connection, bearer, code), cancellationToken);

    private static CodePurpose PurposeOf(EnrolmentSubject subject) => subject.Link?.Purpose switch
    {
        LinkPurpose.Activation => CodePurpose.Activation,
        LinkPurpose.Recovery => CodePurpose.Recovery,
        _ => CodePurpose.Pairing,
    };

    private static EnrolmentResult Told(EnrolmentSubject subject)
    {
        var activates = subject.Link?.Purpose == LinkPurpose.Activation;
        return new EnrolmentResult(EnrolmentStatus.Ok)
        {
            SignerId = subject.Link is null ? subject.Id : Guid.Empty,
            Purpose = subject.Link?.Purpose,
            Confirmed = subject.Link?.Confirmed ?? false,
            LinkExpiresAt = subject.Link?.ExpiresAt ?? 0,
            UserName = activates ? subject.Signer.UserName : null,
            DisplayName = activates ? subject.Signer.DisplayName : null,
            MaskedPhone = Masks.Phone(subject.Contact?.Phone),
        };
    }

    private EnrolmentResult Invite(StoreConnection connection, EnrolmentBearer bearer, LinkPurpose purpose)
    {
        if (Resolve(connection, bearer, out var status) is not { } subject)
        {
            return Refused(status);
        }

        var pairing = purpose == LinkPurpose.Pairing;
        if (subject.Contact?.Email is not { } email || (pairing && subject.Contact.Phone is null))
        {
            return Refused(EnrolmentStatus.ContactMissing);
        }

        var life = _parts.Addresses.InvitationLife;
        var text = _parts.Links.Issue(connection, subject.Id, purpose, null, life);
        var kind = pairing ? NoticeKind.PairingLink : NoticeKind.ActivationLink;
        _parts.Notices.Enqueue(connection, _parts.Addresses.Message(
            subject.Id, kind, purpose, text, email, subject.Language, life));
        var detail = pairing ? "link: pairing" : "link: activation";
        Record(connection, bearer, AuditEvent.CodeSent, AuditOutcome.Ok, subject.Id, detail);
        return Told(subject) with
        {
            MaskedTo = Masks.Email(email),
            Purpose = purpose,
            LinkExpiresAt = (_time.GetUtcNow() + life).ToUnixTimeMilliseconds(),
        };
    }

    private EnrolmentResult Reset(StoreConnection connection, EnrolmentBearer admin)
    {
        var invited = Invite(connection, admin, LinkPurpose.Pairing);
        if (invited.Status == EnrolmentStatus.Ok && _parts.Totp.Withdraw(connection, admin.SignerId))
        {
            Record(connection, admin, AuditEvent.FactorLocked, AuditOutcome.Ok, admin.SignerId, "reset by an admin");
        }

        return invited;
    }

    private EnrolmentResult Open(StoreConnection connection, EnrolmentBearer bearer)
    {
        if (Resolve(connection, bearer, out var status, s_withCode) is not { } subject)
        {
            return Refused(status);
        }

        return subject.Link!.Purpose == LinkPurpose.Pairing
            ? SendTo(connection, bearer, subject, subject.Contact?.Phone)
            : Told(subject);
    }

    private EnrolmentResult Send(StoreConnection connection, EnrolmentBearer bearer, string? phone)
    {
        if (Resolve(connection, bearer, out var status, s_withCode) is not { } subject)
        {
            return Refused(status);
        }

        if (string.IsNullOrEmpty(phone))
        {
            return SendTo(connection, bearer, subject, subject.Contact?.Phone);
        }

        // Once an authenticator is paired, a mailbox alone shall not bring its reset to another telephone.
        var isPaired = connection.Factors.FindBySigner(subject.Id)
            is { State: FactorState.Active or FactorState.Locked };
        return subject.Link?.Purpose == LinkPurpose.Activation && !isPaired && ContactRules.CheckPhone(phone) is null
            ? SendTo(connection, bearer, subject, phone)
            : Refused(EnrolmentStatus.PhoneInvalid);
    }

    private EnrolmentResult SendTo(
        StoreConnection connection, EnrolmentBearer bearer, EnrolmentSubject subject, string? phone)
    {
        if (phone is null)
        {
            return Refused(EnrolmentStatus.ContactMissing);
        }

        var purpose = PurposeOf(subject);
        var code = _parts.Codes.Send(
            connection, subject.Id, purpose, null, NoticeChannel.Sms, phone, subject.Language);
        if (code.Sent)
        {
            Record(connection, bearer, AuditEvent.CodeSent, AuditOutcome.Ok, subject.Id, $"code: {purpose}");
        }

        return Told(subject) with { Code = code, MaskedTo = Masks.Phone(phone) };
    }

    private EnrolmentResult Confirm(StoreConnection connection, EnrolmentBearer bearer, string? code)
    {
        if (Resolve(connection, bearer, out var status, s_withCode) is not { } subject)
        {
            return Refused(status);
        }

        var purpose = PurposeOf(subject);
        var tried = Try(connection, bearer, subject, purpose, code);
        if (tried.Status != CodeStatus.Accepted)
        {
            return Refused(StatusOf(tried.Status));
        }

        if (bearer.Link is { } link)
        {
            _parts.Links.Confirm(connection, link);
        }

        if (purpose == CodePurpose.Activation)
        {
            SetPhone(connection, bearer, subject, tried.Destination!);
        }

        TotpEnrolment? pairing = null;
        if (purpose == CodePurpose.Pairing)
        {
            pairing = _parts.Totp.Enrol(connection, subject.Id, subject.Signer.UserName);
            Record(connection, bearer, AuditEvent.FactorEnrolled, AuditOutcome.Ok, subject.Id, "code given");
        }

        return Told(subject) with { Confirmed = true, Pairing = pairing };
    }

    private EnrolmentResult Activate(StoreConnection connection, EnrolmentBearer bearer, string? code)
    {
        if (Resolve(connection, bearer, out var status, LinkPurpose.Pairing) is not { } subject)
        {
            return Refused(status);
        }

        if (subject.Link is { Confirmed: false })
        {
            return Refused(EnrolmentStatus.NotConfirmed);
        }

        var tried = _parts.Totp.Activate(connection, subject.Id, code);
        if (tried != FactorStatus.Accepted)
        {
            RecordTotp(connection, bearer, AuditEvent.FactorActivated, subject.Id, tried);
            return Refused(StatusOf(tried));
        }

        Record(connection, bearer, AuditEvent.FactorActivated, AuditOutcome.Ok, subject.Id, "first code");
        _parts.Links.Withdraw(connection, subject.Id, LinkPurpose.Pairing, null);
        return Told(subject);
    }

    /// <summary>Tries a code that was sent, and says so in the audit trail.</summary>
    private CodeTry Try(
        StoreConnection connection,
        EnrolmentBearer bearer,
        EnrolmentSubject subject,
        CodePurpose purpose,
        string? code)
    {
        var tried = _parts.Codes.Try(connection, subject.Id, purpose, null, code);
        var right = tried.Status == CodeStatus.Accepted;
        Record(
            connection,
            bearer,
            right ? AuditEvent.CodeAccepted : AuditEvent.CodeRefused,
            right ? AuditOutcome.Ok : AuditOutcome.Refused,
            subject.Id,
            $"{purpose}: {tried.Status}");
        return tried;
    }

    private void RecordTotp(
        StoreConnection connection, EnrolmentBearer bearer, AuditEvent happened, Guid signerId, FactorStatus status)
    {
        Record(connection, bearer, happened, AuditOutcome.Refused, signerId, status.ToString());
        if (status == FactorStatus.JustLocked)
        {
            Record(connection, bearer, AuditEvent.FactorLocked, AuditOutcome.Ok, signerId, "wrong codes");
        }
    }

    private void SetPhone(
        StoreConnection connection, EnrolmentBearer bearer, EnrolmentSubject subject, string phone)
    {
        if (string.Equals(subject.Contact?.Phone, phone, StringComparison.Ordinal))
        {
            return;
        }

        var contact = subject.Contact ?? new Contact(null, null, subject.Language);
        _parts.Contacts.Set(connection, subject.Id, contact with { Phone = phone });
        Record(connection, bearer, AuditEvent.ContactChanged, AuditOutcome.Ok, subject.Id, "telephone");
    }
}
