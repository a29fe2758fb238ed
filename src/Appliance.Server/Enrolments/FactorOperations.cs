using Appliance.Factors;
using Appliance.Identity;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Fields;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Server.Enrolments;

/// <summary>
/// Enrolment, wire-neutral as <see cref="CscOperations"/> is. Who calls is the bearer of a one-time link, a signer by
/// its token, or a client that may enrol and act for the signer that it names.
/// </summary>
internal sealed class FactorOperations(Enrolment enrolment, ClientAccess access)
{
    private const int MostText = 1_024;

    public ValueTask<Answer<EnrolmentResult>> StatusAsync(
        Authentication who, FactorInput input, CancellationToken _)
        => Caller(who, input, out var bearer) is { } error
            ? Fail(error)
            : ValueTask.FromResult(ToAnswer(enrolment.Describe(bearer)));

    public ValueTask<Answer<EnrolmentResult>> InvitePairingAsync(
        Authentication who, FactorInput input, CancellationToken cancellationToken)
        => Caller(who, input, out var bearer) is { } error
            ? Fail(error)
            : RunAsync(enrolment.InviteAsync(bearer, LinkPurpose.Pairing, cancellationToken));

    public ValueTask<Answer<EnrolmentResult>> InviteActivationAsync(
        Authentication who, FactorInput input, CancellationToken cancellationToken)
        => Caller(who, input, out var bearer) is { } error
            ? Fail(error)
            : RunAsync(enrolment.InviteAsync(bearer, LinkPurpose.Activation, cancellationToken));

    public ValueTask<Answer<EnrolmentResult>> OpenAsync(
        Authentication _, FactorInput input, CancellationToken cancellationToken)
        => Need(input.Link, "link") is { } error
            ? Fail(error)
            : RunAsync(enrolment.OpenAsync(input.Link.Value, cancellationToken));

    /// <summary>Of a link, or, for a caller, the code that resets its authenticator.</summary>
    public ValueTask<Answer<EnrolmentResult>> SendAsync(
        Authentication who, FactorInput input, CancellationToken cancellationToken)
        => (LinkOrCaller(who, input, out var bearer) ?? Check(input.Phone, "phone")) is { } error
            ? Fail(error)
            : RunAsync(enrolment.SendAsync(bearer, input.Phone.ValueOrNull, cancellationToken));

    public ValueTask<Answer<EnrolmentResult>> ConfirmAsync(
        Authentication who, FactorInput input, CancellationToken cancellationToken)
        => (LinkOrCaller(who, input, out var bearer) ?? Need(input.Code, "code")) is { } error
            ? Fail(error)
            : RunAsync(enrolment.ConfirmAsync(bearer, input.Code.Value, cancellationToken));

    public ValueTask<Answer<EnrolmentResult>> ActivateAsync(
        Authentication who, FactorInput input, CancellationToken cancellationToken)
        => (LinkOrCaller(who, input, out var bearer) ?? Need(input.Code, "code")) is { } error
            ? Fail(error)
            : RunAsync(enrolment.ActivateAsync(bearer, input.Code.Value, cancellationToken));

    public ValueTask<Answer<EnrolmentResult>> SetPinAsync(
        Authentication who, FactorInput input, CancellationToken cancellationToken)
        => (Caller(who, input, out var bearer)
            ?? Need(input.Pin, "pin") ?? Check(input.PresentPin, "presentPin") ?? Check(input.Code, "code"))
            is { } error
                ? Fail(error)
                : RunAsync(enrolment.SetPinAsync(
                    bearer,
                    input.Pin.Value,
                    input.PresentPin.ValueOrNull,
                    input.Code.ValueOrNull,
                    cancellationToken));

    public ValueTask<Answer<EnrolmentResult>> RecoverAsync(
        Authentication _, FactorInput input, CancellationToken cancellationToken)
        => Need(input.UserName, "userName") is { } error
            ? Fail(error)
            : RunAsync(enrolment.RecoverAsync(input.UserName.Value, cancellationToken));

    public ValueTask<Answer<EnrolmentResult>> FinishPasswordAsync(
        Authentication _, FactorInput input, CancellationToken cancellationToken)
        => (Need(input.Link, "link") ?? Need(input.Password, "password")) is { } error
            ? Fail(error)
            : RunAsync(enrolment.FinishAsync(input.Link.Value, input.Password.Value, cancellationToken));

    public ValueTask<Answer<EnrolmentResult>> ChangePasswordAsync(
        Authentication who, FactorInput input, CancellationToken cancellationToken)
        => (Caller(who, input, out var bearer)
            ?? Need(input.PresentPassword, "presentPassword") ?? Need(input.Password, "password")) is { } error
                ? Fail(error)
                : RunAsync(enrolment.ChangePasswordAsync(
                    bearer, input.PresentPassword.Value, input.Password.Value, cancellationToken));

    public ValueTask<Answer<EnrolmentResult>> StartPhoneAsync(
        Authentication who, FactorInput input, CancellationToken cancellationToken)
        => Caller(who, input, out var bearer) is { } error
            ? Fail(error)
            : RunAsync(enrolment.StartPhoneAsync(bearer, cancellationToken));

    public ValueTask<Answer<EnrolmentResult>> ConfirmPhoneAsync(
        Authentication who, FactorInput input, CancellationToken cancellationToken)
        => (Caller(who, input, out var bearer)
            ?? Need(input.Code, "code") ?? Need(input.Phone, "phone")) is { } error
                ? Fail(error)
                : RunAsync(enrolment.ConfirmPhoneAsync(
                    bearer, input.Code.Value, input.Phone.Value, cancellationToken));

    public ValueTask<Answer<EnrolmentResult>> FinishPhoneAsync(
        Authentication who, FactorInput input, CancellationToken cancellationToken)
        => (Caller(who, input, out var bearer) ?? Need(input.Code, "code")) is { } error
            ? Fail(error)
            : RunAsync(enrolment.FinishPhoneAsync(bearer, input.Code.Value, cancellationToken));

    private static ValueTask<Answer<EnrolmentResult>> Fail(CscError error)
        => ValueTask.FromResult<Answer<EnrolmentResult>>(error);

    private static async ValueTask<Answer<EnrolmentResult>> RunAsync(Task<EnrolmentResult> step)
        => ToAnswer(await step);

    private static Answer<EnrolmentResult> ToAnswer(EnrolmentResult result)
        => result.Status == EnrolmentStatus.Ok ? result : FactorErrors.For(result);

    private static CscError? Need(FieldText field, string name)
        => field.IsPresent ? Check(field, name) : CscErrors.MissingString(name);

    private static CscError? Check(FieldText field, string name)
        => field.IsWrongType || field.Value?.Length > MostText ? CscErrors.InvalidParameter(name) : null;

    private CscError? LinkOrCaller(Authentication who, FactorInput input, out EnrolmentBearer bearer)
    {
        if (input.Link.State == FieldState.Absent)
        {
            return Caller(who, input, out bearer);
        }

        bearer = EnrolmentBearer.OfLink(input.Link.Value);
        return Need(input.Link, "link");
    }

    /// <summary>
    /// A signer acts for itself, whether it names itself or not. A client names the signer, and must reach it.
    /// </summary>
    private CscError? Caller(Authentication who, FactorInput input, out EnrolmentBearer bearer)
    {
        bearer = default;
        if (who.Error is { } unknown)
        {
            return unknown;
        }

        var caller = who.Caller;
        if (!caller.Operations.HasFlag(ClientOperations.Enrol))
        {
            return FactorErrors.AccessDenied;
        }

        var named = Guid.Empty;
        if (input.SignerId.State != FieldState.Absent
            && !Guid.TryParseExact(input.SignerId.ValueOrNull, "D", out named))
        {
            return CscErrors.InvalidParameter("signerID");
        }

        if (!caller.IsClient)
        {
            bearer = EnrolmentBearer.Of(caller, caller.SignerId);
            return named == Guid.Empty || named == caller.SignerId ? null : FactorErrors.AccessDenied;
        }

        bearer = EnrolmentBearer.Of(caller, named);
        if (named == Guid.Empty)
        {
            return CscErrors.MissingString("signerID");
        }

        return access.Reaches(caller.ClientId, named) ? null : FactorErrors.AccessDenied;
    }
}
