namespace Appliance.Signing;

/// <summary>
/// Why an operation of <see cref="SigningService"/> ended as it did. The hot path returns it instead of throwing; one
/// table in the server maps it to the CSC error (CSC API 1.0.4.0 section 10, 2.0.0.2 section 10) and the gRPC code.
/// </summary>
public enum SigningStatus
{
    /// <summary>Done.</summary>
    Ok,

    /// <summary>No such credential, or not the caller's: the two are one answer, so that nobody can probe.</summary>
    UnknownCredential,

    /// <summary>The credential is disabled or suspended, or its signer is limited.</summary>
    CredentialDisabled,

    /// <summary>The client is suspended or ended, or the credential was taken from it: nothing was used up.</summary>
    ClientRefused,

    /// <summary>The credential asks for no factor: clients open it, and no signer's own sign-in does.</summary>
    ClientOnly,

    /// <summary>The certificate is outside its validity.</summary>
    CertificateExpired,

    /// <summary>The SAD is malformed, forged, of another signer, client or credential, void or used up.</summary>
    SadInvalid,

    /// <summary>The SAD is genuine but its time is over.</summary>
    SadExpired,

    /// <summary>A hash, or one more occurrence of it, is not covered by the SAD.</summary>
    HashNotAuthorized,

    /// <summary>SCAL2 needs the hashes at authorisation and extension.</summary>
    HashesMissing,

    /// <summary>The digest's length is not that of the hash algorithm.</summary>
    DigestLength,

    /// <summary>The signature algorithm does not name a hash and none was given.</summary>
    HashAlgorithmMissing,

    /// <summary>The hash algorithm is unknown, too weak, or contradicts the signature algorithm.</summary>
    HashAlgorithmInvalid,

    /// <summary>The signature algorithm is unknown or not one of the credential's.</summary>
    SignatureAlgorithmInvalid,

    /// <summary>RSASSA-PSS without its parameters.</summary>
    SignatureParametersMissing,

    /// <summary>The signature parameters are not readable, too weak, or contradict the hash algorithm.</summary>
    SignatureParametersInvalid,

    /// <summary>numSignatures is below 1, or fewer than the hashes given.</summary>
    SignatureCountInvalid,

    /// <summary>numSignatures exceeds the credential's multisign.</summary>
    SignatureCountTooHigh,

    /// <summary>The credential's policy does not let an extension add these hashes.</summary>
    ExtensionRefused,

    /// <summary>The caller may not open activations for TLS logins.</summary>
    TlsLoginRefused,

    /// <summary>The credential's certificate is not for TLS logins, or hashes were given.</summary>
    TlsLoginUnfit,

    /// <summary>The signer has had as many TLS logins on this day as it may. No try was counted.</summary>
    TlsLoginLimit,

    /// <summary>The credential's package has fewer signatures left than asked for; nothing was used up.</summary>
    PackageExhausted,

    /// <summary>The credential's package is not yet or no longer valid; nothing was used up.</summary>
    PackageExpired,

    /// <summary>Bulk activations are for credentials that seal.</summary>
    BulkNotAllowed,

    /// <summary>More hashes than a bulk activation may have, or the signer has too many of them open.</summary>
    BulkLimit,

    /// <summary>No such bulk activation, not the caller's, closed or expired: one answer.</summary>
    BulkUnknown,

    /// <summary>A chunk has more hashes than it may, or goes beyond those of the activation.</summary>
    BulkOutOfRange,

    /// <summary>Other hashes were put at some of these ordinals before.</summary>
    BulkConflict,

    /// <summary>Not every ordinal has its hash yet, or the count is another.</summary>
    BulkIncomplete,

    /// <summary>The hashes are not those that the digest is of.</summary>
    BulkDigestMismatch,

    /// <summary>One hash is there more often than 1,024 times.</summary>
    BulkTooManyEqual,

    /// <summary>The credential needs a PIN and none was sent. No try was counted.</summary>
    PinMissing,

    /// <summary>The PIN is wrong, or the signer has none.</summary>
    PinWrong,

    /// <summary>The PIN is locked after too many wrong ones in a row.</summary>
    PinLocked,

    /// <summary>The credential has no authentication object of that name to which a code could be sent.</summary>
    ObjectInvalid,

    /// <summary>The signer is reached nowhere: no code can be sent.</summary>
    Unreachable,

    /// <summary>A code was sent a short time ago and is no longer good; the next may be sent later.</summary>
    CodeTooSoon,

    /// <summary>The signer was asked to approve; the caller asks again with the handle.</summary>
    ApprovalPending,

    /// <summary>The signer has been asked for as many approvals as the limit allows.</summary>
    ApprovalLimit,

    /// <summary>The signer did not approve.</summary>
    ApprovalDenied,

    /// <summary>The signer did not decide in time.</summary>
    ApprovalExpired,

    /// <summary>No such handle, not the caller's, or the SAD that it led to is over: one answer.</summary>
    HandleInvalid,

    /// <summary>No such approval, or not the caller's to see: one answer.</summary>
    ApprovalUnknown,

    /// <summary>The approval was decided before, was withdrawn, or has expired.</summary>
    ApprovalOver,

    /// <summary>Who asked for an approval does not give it.</summary>
    ApproverAsked,

    /// <summary>The credential needs a one-time password and none was sent. No try was counted.</summary>
    FactorMissing,

    /// <summary>The one-time password is wrong, replayed, or the signer has no active factor.</summary>
    FactorWrong,

    /// <summary>The factor is locked after too many wrong codes in a row (default 5).</summary>
    FactorLocked,

    /// <summary>More work is waiting than the limits allow. Retry later; nothing was used up.</summary>
    Overloaded,

    /// <summary>No token can serve the key now. Retry later; nothing was used up.</summary>
    TokenUnavailable,

    /// <summary>The store cannot be reached now. Retry later; nothing was used up.</summary>
    StoreUnavailable,

    /// <summary>The token or the store failed in a way that is not the caller's fault.</summary>
    Failed,

    /// <summary>The caller's deadline passed or the call was cancelled.</summary>
    Cancelled,

    /// <summary>The request's id stands for a request with other contents. Nothing was used up.</summary>
    RequestIdReused,

    /// <summary>
    /// The same request, by its id, is being worked on elsewhere and takes long. Retry later, under the same id.
    /// </summary>
    InProgress,

    /// <summary>
    /// The same request, by its id, may have been signed, and its signatures are lost: its hashes are used up.
    /// </summary>
    OutcomeInDoubt,
}
