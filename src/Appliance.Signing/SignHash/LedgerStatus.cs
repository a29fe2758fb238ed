using Appliance.Ledger;

namespace Appliance.Signing.SignHash;

/// <summary>What the ledger's decisions mean to a caller.</summary>
internal static class LedgerStatus
{
    public static SigningStatus ToSigning(ReservationStatus status) => status switch
    {
        ReservationStatus.Ok => SigningStatus.Ok,
        ReservationStatus.UnknownActivation => SigningStatus.SadInvalid,
        ReservationStatus.ActivationExpired => SigningStatus.SadExpired,
        ReservationStatus.HashNotAuthorized => SigningStatus.HashNotAuthorized,
        // csc-api 3.2: more hashes than remaining signatures are not covered by the SAD; one used up is invalid.
        ReservationStatus.Exhausted => SigningStatus.HashNotAuthorized,
        ReservationStatus.UsedUp => SigningStatus.SadInvalid,
        ReservationStatus.CredentialDisabled => SigningStatus.CredentialDisabled,
        ReservationStatus.CertificateExpired => SigningStatus.CertificateExpired,
        ReservationStatus.SignerLimited => SigningStatus.CredentialDisabled,
        ReservationStatus.ClientRefused => SigningStatus.ClientRefused,
        ReservationStatus.Tampered => SigningStatus.SadInvalid,
        ReservationStatus.AlreadyUsed => SigningStatus.SadInvalid,
        ReservationStatus.ExtensionRefused => SigningStatus.ExtensionRefused,
        ReservationStatus.PackageExhausted => SigningStatus.PackageExhausted,
        ReservationStatus.PackageExpired => SigningStatus.PackageExpired,
        ReservationStatus.StoreUnavailable => SigningStatus.StoreUnavailable,
        ReservationStatus.CredentialChanged => SigningStatus.Failed,
        ReservationStatus.Redelivered => SigningStatus.Ok,
        ReservationStatus.RequestIdReused => SigningStatus.RequestIdReused,
        ReservationStatus.InFlight => SigningStatus.InProgress,
        // Who edited the record could not make a signature: the caller has as little of it as of one that is lost.
        ReservationStatus.InDoubt or ReservationStatus.OutcomeTampered => SigningStatus.OutcomeInDoubt,
        _ => SigningStatus.Failed,
    };
}
