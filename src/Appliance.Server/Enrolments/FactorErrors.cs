using System.Net;
using Appliance.Grpc;
using Appliance.Identity;
using Appliance.Server.Csc;

namespace Appliance.Server.Enrolments;

/// <summary>The one table from <see cref="EnrolmentStatus"/> to errors, in the form of CSC.</summary>
internal static class FactorErrors
{
    /// <summary>A caller may not do this, or not for this signer.</summary>
    public static readonly CscError AccessDenied = Denied("The caller may not do this for this signer");

    private static readonly CscError s_code = Otp("The code is invalid");

    /// <summary>The error for a result other than Ok.</summary>
    public static CscError For(EnrolmentResult result) => result.Status switch
    {
        EnrolmentStatus.LinkInvalid => CscErrors.Invalid(
            "The link is not valid, or was used or replaced", GrpcStatusCode.NotFound),
        EnrolmentStatus.LinkExpired => CscErrors.Invalid("The link has expired", GrpcStatusCode.FailedPrecondition),
        EnrolmentStatus.NotConfirmed => CscErrors.Invalid(
            "The code that was sent must be given first", GrpcStatusCode.FailedPrecondition),
        EnrolmentStatus.UnknownSigner => AccessDenied,
        EnrolmentStatus.SignerLimited => Denied("The signer is limited"),
        EnrolmentStatus.ContactMissing => CscErrors.Invalid(
            "The signer has no e-mail address or no telephone number", GrpcStatusCode.FailedPrecondition),
        EnrolmentStatus.PhoneInvalid => CscErrors.InvalidParameter("phone"),
        EnrolmentStatus.CodeMissing => CscErrors.MissingString("code"),
        EnrolmentStatus.CodeWrong => s_code,
        EnrolmentStatus.CodeReplayed => Otp("The code was used before; wait for the next one"),
        EnrolmentStatus.CodeVoid => Otp("The code is void after too many wrong tries"),
        EnrolmentStatus.CodeExpired => Otp("The code has expired"),
        EnrolmentStatus.CodeNone => Otp("No code is waiting for this"),
        EnrolmentStatus.FactorLocked => CscErrors.Invalid("OTP locked", GrpcStatusCode.FailedPrecondition),
        EnrolmentStatus.NotPaired => CscErrors.Invalid(
            "The signer has no authenticator for this", GrpcStatusCode.FailedPrecondition),
        EnrolmentStatus.ProofMissing => CscErrors.Invalid(
            "Give the present PIN (presentPin) or a code of the authenticator (code)"),
        EnrolmentStatus.PinWrong => new(
            HttpStatusCode.BadRequest, GrpcStatusCode.PermissionDenied, "invalid_pin", "The PIN is invalid"),
        EnrolmentStatus.PasswordWrong => CscErrors.LoginFailed,
        EnrolmentStatus.PinRefused or EnrolmentStatus.PasswordRefused => CscErrors.Invalid(
            string.Join(' ', result.Reasons)),
        EnrolmentStatus.Overloaded => CscErrors.Busy,
        _ => CscErrors.Internal,
    };

    private static CscError Otp(string description)
        => new(HttpStatusCode.BadRequest, GrpcStatusCode.PermissionDenied, "invalid_otp", description);

    private static CscError Denied(string description)
        => new(HttpStatusCode.Forbidden, GrpcStatusCode.PermissionDenied, "access_denied", description);
}
