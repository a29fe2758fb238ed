namespace Appliance.Ledger;

/// <summary>What the ledger decided about a reservation or an extension.</summary>
public enum ReservationStatus
{
    /// <summary>Every hash is reserved, and the intent is in the audit trail.</summary>
    Ok,

    /// <summary>No such activation, or not this credential's, signer's and client's, or void.</summary>
    UnknownActivation,

    /// <summary>The activation's time is over.</summary>
    ActivationExpired,

    /// <summary>A hash, or one more occurrence of it, is not authorised or was used before.</summary>
    HashNotAuthorized,

    /// <summary>Fewer signatures are left than asked for.</summary>
    Exhausted,

    /// <summary>Every signature that was granted is used up.</summary>
    UsedUp,

    /// <summary>The credential is not enabled.</summary>
    CredentialDisabled,

    /// <summary>
    /// The credential is not the version that the caller looked at. Nothing was recorded: read it again and retry.
    /// </summary>
    CredentialChanged,

    /// <summary>The certificate is not yet or no longer valid.</summary>
    CertificateExpired,

    /// <summary>The signer is limited.</summary>
    SignerLimited,

    /// <summary>The client is suspended or ended, or the credential was taken from it.</summary>
    ClientRefused,

    /// <summary>A row does not carry our MAC: somebody edited the database.</summary>
    Tampered,

    /// <summary>The SAD is good for one signHash, and has served it.</summary>
    AlreadyUsed,

    /// <summary>The credential's policy does not let an extension add these hashes.</summary>
    ExtensionRefused,

    /// <summary>Fewer transactions are left in the credential's package than asked for, or there is none.</summary>
    PackageExhausted,

    /// <summary>The credential's package is not yet or no longer valid.</summary>
    PackageExpired,

    /// <summary>The store cannot be reached now; nothing was recorded. Retry later.</summary>
    StoreUnavailable,

    /// <summary>The store failed or the loop has stopped; nothing was recorded.</summary>
    StoreFailed,

    /// <summary>
    /// The same request was signed before: <see cref="Reservation.ReadRecorded"/> has the signatures. Nothing is
    /// reserved and nothing used up; the audit trail says that they were delivered again.
    /// </summary>
    Redelivered,

    /// <summary>
    /// The same request is reserved and not settled. Nothing was recorded: ask again when it is, under the same id.
    /// </summary>
    InFlight,

    /// <summary>The same request may have been signed, and its signatures are lost.</summary>
    InDoubt,

    /// <summary>Something else was asked for under this id.</summary>
    RequestIdReused,

    /// <summary>The record of the same request does not carry our MAC: somebody edited the database.</summary>
    OutcomeTampered,
}
