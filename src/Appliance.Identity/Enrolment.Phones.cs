using Appliance.Factors;
using Appliance.Identity.Enrolments;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity;

/// <content>The change of a signer's telephone: a code by e-mail, then one to the new number.</content>
public sealed partial class Enrolment
{
    /// <summary>Step 1: sends a code by e-mail.</summary>
    public Task<EnrolmentResult> StartPhoneAsync(EnrolmentBearer bearer, CancellationToken cancellationToken)
        => WriteAsync(bearer.SignerId, connection => StartPhone(connection, bearer), cancellationToken);

    /// <summary>Step 2: takes the code of the e-mail and sends another to the new number.</summary>
    /// <param name="bearer">The signer.</param>
    /// <param name="code">Of the e-mail.</param>
    /// <param name="phone">The new number, E.164.</param>
    /// <param name="cancellationToken">Gives up waiting; it may still be done.</param>
    public Task<EnrolmentResult> ConfirmPhoneAsync(
        EnrolmentBearer bearer, string? code, string phone, CancellationToken cancellationToken)
        => WriteAsync(bearer.SignerId, connection => ConfirmPhone(connection, bearer, code, phone), cancellationToken);

    /// <summary>
    /// Step 3: takes the code that came to the new number, which is the signer's from then on. It is told by e-mail,
    /// and signs in anew.
    /// </summary>
    public Task<EnrolmentResult> FinishPhoneAsync(
        EnrolmentBearer bearer, string? code, CancellationToken cancellationToken)
        => WriteAsync(bearer.SignerId, connection => FinishPhone(connection, bearer, code), cancellationToken);

    private EnrolmentResult StartPhone(StoreConnection connection, EnrolmentBearer bearer)
    {
        if (Resolve(connection, bearer, out var status) is not { } subject)
        {
            return Refused(status);
        }

        if (subject.Contact?.Email is not { } email)
        {
            return Refused(EnrolmentStatus.ContactMissing);
        }

        var code = _parts.Codes.Send(
            connection, subject.Id, CodePurpose.PhoneChange, null, NoticeChannel.Email, email, subject.Language);
        if (code.Sent)
        {
            Record(connection, bearer, AuditEvent.CodeSent, AuditOutcome.Ok, subject.Id, "code: PhoneChange");
        }

        return Told(subject) with { Code = code, MaskedTo = Masks.Email(email) };
    }

    private EnrolmentResult ConfirmPhone(
        StoreConnection connection, EnrolmentBearer bearer, string? code, string phone)
    {
        if (Resolve(connection, bearer, out var status) is not { } subject)
        {
            return Refused(status);
        }

        // Before the code: a mistyped number costs none.
        if (ContactRules.CheckPhone(phone) is not null)
        {
            return Refused(EnrolmentStatus.PhoneInvalid);
        }

        var tried = Try(connection, bearer, subject, CodePurpose.PhoneChange, code);
        if (tried.Status != CodeStatus.Accepted)
        {
            return Refused(StatusOf(tried.Status));
        }

        var sending = _parts.Codes.Send(
            connection, subject.Id, CodePurpose.NewPhone, null, NoticeChannel.Sms, phone, subject.Language);
        if (sending.Sent)
        {
            Record(connection, bearer, AuditEvent.CodeSent, AuditOutcome.Ok, subject.Id, "code: NewPhone");
        }

        return Told(subject) with { Code = sending, MaskedTo = Masks.Phone(phone) };
    }

    private EnrolmentResult FinishPhone(StoreConnection connection, EnrolmentBearer bearer, string? code)
    {
        if (Resolve(connection, bearer, out var status) is not { } subject)
        {
            return Refused(status);
        }

        var tried = Try(connection, bearer, subject, CodePurpose.NewPhone, code);
        if (tried.Status != CodeStatus.Accepted)
        {
            return Refused(StatusOf(tried.Status));
        }

        var phone = tried.Destination!;
        var before = subject.Contact?.Phone;
        SetPhone(connection, bearer, subject, phone);

        // What is on its way to the old number is of no use any more.
        connection.OneTimeCodes.DeleteSigner(subject.Id);
        if (subject.Contact?.Email is { } email)
        {
            _parts.Notices.Enqueue(connection, new Notice(
                subject.Id,
                NoticeKind.PhoneChanged,
                NoticeChannel.Email,
                email,
                subject.Language,
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["oldPhone"] = Masks.Phone(before) ?? "-",
                    ["newPhone"] = Masks.Phone(phone)!,
                }));
        }

        connection.AccessTokens.RevokeSigner(subject.Id);
        return new EnrolmentResult(EnrolmentStatus.Ok)
        {
            SignerId = subject.Id,
            MaskedPhone = Masks.Phone(phone),
            Ended = subject.Id,
        };
    }
}
