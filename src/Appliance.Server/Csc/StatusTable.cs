using System.Collections.Frozen;
using System.Net;
using Appliance.Grpc;
using Appliance.Signing;

namespace Appliance.Server.Csc;

/// <summary>
/// The one table from <see cref="SigningStatus"/> to CSC errors (csc-api section 3.2), with the texts of either
/// version.
/// </summary>
internal static class StatusTable
{
    private static readonly FrozenDictionary<SigningStatus, (CscError V1, CscError V2)> s_errors = Build();

    /// <summary>The error for a status other than Ok, in the words of the version.</summary>
    public static CscError ErrorFor(SigningStatus status, CscVersion version)
    {
        if (!s_errors.TryGetValue(status, out var error))
        {
            return CscErrors.Internal;
        }

        return version == CscVersion.V1 ? error.V1 : error.V2;
    }

    /// <summary>Version 1 names the expired certificate; <see cref="ErrorFor"/> cannot know it.</summary>
    public static CscError CertificateExpired(string organization, string commonName)
        => CscErrors.Invalid(
            $"Signing certificate 'O={organization},CN={commonName}' is expired.", GrpcStatusCode.FailedPrecondition);

    /// <summary>Whether the table has a row for the status; Ok has none.</summary>
    internal static bool Knows(SigningStatus status) => s_errors.ContainsKey(status);

    private static FrozenDictionary<SigningStatus, (CscError V1, CscError V2)> Build()
        => Csc().Concat(Factors()).Concat(Approvals()).Concat(Bulk()).ToFrozenDictionary();

    private static Dictionary<SigningStatus, (CscError V1, CscError V2)> Csc() => new()
    {
        [SigningStatus.UnknownCredential] = Both("Invalid parameter credentialID", GrpcStatusCode.NotFound),
        [SigningStatus.CredentialDisabled] =
            Both("The credential identified by credentialID is disabled", GrpcStatusCode.FailedPrecondition),
        [SigningStatus.ClientRefused] = Same(new(
            HttpStatusCode.Forbidden, GrpcStatusCode.PermissionDenied, "access_denied",
            "The client may not use this credential; nothing was used up")),
        [SigningStatus.ClientOnly] = Same(new(
            HttpStatusCode.Forbidden, GrpcStatusCode.PermissionDenied, "access_denied",
            "This credential is opened by client applications only")),
        [SigningStatus.CertificateExpired] =
            Both("Signing certificate is expired", GrpcStatusCode.FailedPrecondition),
        [SigningStatus.SadInvalid] = Both("Invalid parameter SAD", GrpcStatusCode.PermissionDenied),
        [SigningStatus.SadExpired] = Both("SAD expired", GrpcStatusCode.PermissionDenied),
        [SigningStatus.HashNotAuthorized] = Pair(
            "Hash is not authorized by the SAD.",
            "Hash is not authorized by the SAD",
            GrpcStatusCode.PermissionDenied),
        [SigningStatus.HashesMissing] = (CscErrors.MissingArray("hash"), CscErrors.MissingArray("hashes")),
        [SigningStatus.DigestLength] = Same(CscErrors.DigestLength),
        [SigningStatus.HashAlgorithmMissing] =
            (CscErrors.MissingString("hashAlgo"), CscErrors.MissingString("hashAlgorithmOID")),
        [SigningStatus.HashAlgorithmInvalid] =
            (CscErrors.InvalidParameter("hashAlgo"), CscErrors.InvalidParameter("hashAlgorithmOID")),
        [SigningStatus.SignatureAlgorithmInvalid] = Both("Invalid parameter signAlgo"),
        [SigningStatus.SignatureParametersMissing] =
            Both("Missing (or invalid type) string parameter signAlgoParams"),
        [SigningStatus.SignatureParametersInvalid] = Both("Invalid parameter signAlgoParams"),
        [SigningStatus.SignatureCountInvalid] = Both("Invalid value for parameter numSignatures"),
        [SigningStatus.SignatureCountTooHigh] = Both("Numbers of signatures is too high"),
        [SigningStatus.ExtensionRefused] = Both(
            "The credential's policy does not let an extension add these hashes", GrpcStatusCode.PermissionDenied),
        [SigningStatus.PackageExhausted] = Both(
            "The credential's package has too few signatures left", GrpcStatusCode.FailedPrecondition),
        [SigningStatus.PackageExpired] = Both(
            "The credential's package is not valid now", GrpcStatusCode.FailedPrecondition),
        [SigningStatus.TlsLoginRefused] = Same(new(
            HttpStatusCode.Forbidden, GrpcStatusCode.PermissionDenied, "access_denied",
            "The caller may not authorize TLS logins")),
        [SigningStatus.TlsLoginUnfit] = Both(
            "A TLS login has no hashes, and a certificate with digitalSignature and clientAuth",
            GrpcStatusCode.FailedPrecondition),
        [SigningStatus.TlsLoginLimit] = Both(
            "The signer has had as many TLS logins today as it may; no code was used up",
            GrpcStatusCode.ResourceExhausted),
        [SigningStatus.Overloaded] = Same(new(
            HttpStatusCode.TooManyRequests, GrpcStatusCode.ResourceExhausted, "temporarily_unavailable",
            "More work is waiting than the limits allow; nothing was used up", 1)),
        [SigningStatus.TokenUnavailable] = Same(new(
            HttpStatusCode.ServiceUnavailable, GrpcStatusCode.Unavailable, "temporarily_unavailable",
            "No token can serve the key now; nothing was used up", 5)),
        [SigningStatus.StoreUnavailable] = Same(CscErrors.StoreAway),
        [SigningStatus.Failed] = Same(CscErrors.Internal),
        [SigningStatus.Cancelled] = Same(new(
            HttpStatusCode.ServiceUnavailable, GrpcStatusCode.Cancelled, "temporarily_unavailable",
            "The call was cancelled")),
        // 422 and 409 are the choice of draft-ietf-httpapi-idempotency-key-header section 2.7. 410 is none of those
        // that its clients repeat: this result will never come.
        [SigningStatus.RequestIdReused] = Same(new(
            HttpStatusCode.UnprocessableEntity, GrpcStatusCode.FailedPrecondition, "idempotency_key_reused",
            "The request id stands for a request with other contents; nothing was used up")),
        [SigningStatus.InProgress] = Same(new(
            HttpStatusCode.Conflict, GrpcStatusCode.Unavailable, "request_in_progress",
            "The same request is still in progress; ask again under the same id", 1)),
        [SigningStatus.OutcomeInDoubt] = Same(new(
            HttpStatusCode.Gone, GrpcStatusCode.Aborted, "outcome_in_doubt",
            "The hashes may have been signed and the signatures are lost; what the SAD allowed of them is used up: "
            + "authorize them anew, under another request id")),
    };

    private static Dictionary<SigningStatus, (CscError V1, CscError V2)> Factors() => new()
    {
        [SigningStatus.PinMissing] = (CscErrors.MissingString("PIN"), CscErrors.MissingArray("authData")),
        [SigningStatus.PinWrong] = (
            new(HttpStatusCode.BadRequest, GrpcStatusCode.PermissionDenied, "invalid_pin", "The PIN is invalid"),
            CscErrors.InvalidAuthenticationData),
        [SigningStatus.PinLocked] = Pair("PIN locked", "Credential locked", GrpcStatusCode.FailedPrecondition),
        [SigningStatus.FactorMissing] = (CscErrors.MissingString("OTP"), CscErrors.MissingArray("authData")),
        [SigningStatus.FactorWrong] = (
            new(HttpStatusCode.BadRequest, GrpcStatusCode.PermissionDenied, "invalid_otp", "The OTP is invalid"),
            CscErrors.InvalidAuthenticationData),
        [SigningStatus.FactorLocked] = Pair("OTP locked", "Credential locked", GrpcStatusCode.FailedPrecondition),
        [SigningStatus.ObjectInvalid] =
            (CscErrors.InvalidParameter("credentialID"), CscErrors.InvalidParameter("authObjectID")),
        [SigningStatus.Unreachable] = Both(
            "The signer has no telephone and no e-mail address to send a code to", GrpcStatusCode.FailedPrecondition),
        [SigningStatus.CodeTooSoon] = Same(new(
            HttpStatusCode.TooManyRequests, GrpcStatusCode.ResourceExhausted, "temporarily_unavailable",
            "A code was sent a short time ago; another is not sent yet", 30)),
    };

    /// <summary>Version 1 has no words for these: its authorize waits for the signer itself.</summary>
    private static Dictionary<SigningStatus, (CscError V1, CscError V2)> Approvals() => new()
    {
        [SigningStatus.ApprovalLimit] = Same(new(
            HttpStatusCode.TooManyRequests, GrpcStatusCode.ResourceExhausted, "temporarily_unavailable",
            "The signer was asked for as many approvals as the limit allows", 60)),
        [SigningStatus.ApprovalDenied] =
            (Denied("The signer did not approve"), CscErrors.InvalidAuthenticationData),
        [SigningStatus.ApprovalExpired] =
            (Denied("The signer did not approve in time"), CscErrors.InvalidAuthenticationData),
        [SigningStatus.HandleInvalid] = Both("Invalid parameter handle", GrpcStatusCode.NotFound),
        [SigningStatus.ApprovalUnknown] = Both("No such approval", GrpcStatusCode.NotFound),
        [SigningStatus.ApprovalOver] = Same(new(
            HttpStatusCode.Conflict, GrpcStatusCode.FailedPrecondition, "approval_over",
            "The approval was decided before, was withdrawn, or has expired")),
        [SigningStatus.ApproverAsked] = Same(new(
            HttpStatusCode.Forbidden, GrpcStatusCode.PermissionDenied, "access_denied",
            "Who asked for an approval does not give it; use the link that the signer was sent")),
    };

    private static CscError Denied(string text)
        => new(HttpStatusCode.BadRequest, GrpcStatusCode.PermissionDenied, "access_denied", text);

    private static Dictionary<SigningStatus, (CscError V1, CscError V2)> Bulk() => new()
    {
        [SigningStatus.BulkNotAllowed] = Both(
            "Bulk activations are for credentials that seal", GrpcStatusCode.PermissionDenied),
        [SigningStatus.BulkLimit] = Both(
            "More hashes than a bulk activation may have, or too many bulk activations are open",
            GrpcStatusCode.ResourceExhausted),
        [SigningStatus.BulkUnknown] = Both("Invalid parameter activationID", GrpcStatusCode.NotFound),
        [SigningStatus.BulkOutOfRange] = Both(
            "The chunk has too many hashes, or goes beyond those of the activation", GrpcStatusCode.OutOfRange),
        [SigningStatus.BulkConflict] = Both(
            "Other hashes were put at these ordinals before", GrpcStatusCode.AlreadyExists),
        [SigningStatus.BulkIncomplete] = Both(
            "The activation does not have as many hashes as that", GrpcStatusCode.FailedPrecondition),
        [SigningStatus.BulkDigestMismatch] = Both(
            "The digest is not that of the activation's hashes", GrpcStatusCode.FailedPrecondition),
        [SigningStatus.BulkTooManyEqual] = Both(
            "One hash is there more often than 1,024 times", GrpcStatusCode.FailedPrecondition),
    };

    private static (CscError V1, CscError V2) Both(string text, GrpcStatusCode code = GrpcStatusCode.InvalidArgument)
        => Same(CscErrors.Invalid(text, code));

    private static (CscError V1, CscError V2) Pair(string v1, string v2, GrpcStatusCode code)
        => (CscErrors.Invalid(v1, code), CscErrors.Invalid(v2, code));

    private static (CscError V1, CscError V2) Same(CscError error) => (error, error);
}
