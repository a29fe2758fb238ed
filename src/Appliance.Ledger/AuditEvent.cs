namespace Appliance.Ledger;

/// <summary>
/// What the audit trail records. Each has a name that is stored and never changes (<see cref="AuditEvents"/>).
/// </summary>
public enum AuditEvent
{
    /// <summary>An event of another release.</summary>
    Unknown,

    /// <summary>Hashes are reserved and are going to be signed.</summary>
    SignHashIntent,

    /// <summary>The hashes are signed.</summary>
    SignHashDone,

    /// <summary>Nothing was signed; the hashes may be used again.</summary>
    SignHashReleased,

    /// <summary>It is not known whether they were signed; the hashes are used up.</summary>
    SignHashSpent,

    /// <summary>The signing was refused.</summary>
    SignHashRefused,

    /// <summary>Signatures that were made before were delivered again; nothing was signed.</summary>
    SignHashRedelivered,

    /// <summary>An activation was opened.</summary>
    AuthorizeOk,

    /// <summary>An authorisation was refused.</summary>
    AuthorizeRefused,

    /// <summary>An activation was extended.</summary>
    ExtendOk,

    /// <summary>An extension was refused.</summary>
    ExtendRefused,

    /// <summary>An extension added a hash that was not shown to the signer, or several.</summary>
    HashAdded,

    /// <summary>A bulk activation was begun.</summary>
    BulkOpened,

    /// <summary>Hashes were put into a bulk activation.</summary>
    BulkFilled,

    /// <summary>A step of a bulk activation was refused; its authorisation is refused as any other.</summary>
    BulkRefused,

    /// <summary>Transactions were granted to a credential.</summary>
    PackageGranted,

    /// <summary>A credential's package was withdrawn.</summary>
    PackageCancelled,

    /// <summary>Transactions of a package stay taken for signatures that nobody may have got.</summary>
    PackageSpent,

    /// <summary>A wire refused a malformed request.</summary>
    RequestRefused,

    /// <summary>A signer signed in.</summary>
    LoginOk,

    /// <summary>A sign-in failed.</summary>
    LoginFailed,

    /// <summary>A token was revoked.</summary>
    TokenRevoked,

    /// <summary>A factor was enrolled.</summary>
    FactorEnrolled,

    /// <summary>A factor's first code was accepted.</summary>
    FactorActivated,

    /// <summary>A factor was locked by wrong codes.</summary>
    FactorLocked,

    /// <summary>A factor was unlocked by an operator.</summary>
    FactorUnlocked,

    /// <summary>A signer was added.</summary>
    SignerCreated,

    /// <summary>What a signer may do was changed, or its password.</summary>
    SignerChanged,

    /// <summary>A credential was created.</summary>
    CredentialCreated,

    /// <summary>A credential's state or certificate was changed.</summary>
    CredentialChanged,

    /// <summary>The root key was made or wrapped for another token.</summary>
    RootKeyCreated,

    /// <summary>A node started.</summary>
    NodeStarted,

    /// <summary>A node stopped in good order.</summary>
    NodeStopped,

    /// <summary>Reservations of an earlier run were found open and are spent.</summary>
    LedgerRecovered,

    /// <summary>An admin was added.</summary>
    AdminAdded,

    /// <summary>An admin's roles were changed.</summary>
    AdminChanged,

    /// <summary>An admin was removed.</summary>
    AdminRemoved,

    /// <summary>A command was refused: its caller is no admin or lacks the role.</summary>
    AdminRefused,

    /// <summary>A row was changed by another hand than the appliance's; what it stood for is refused.</summary>
    TamperDetected,

    /// <summary>A client application was added.</summary>
    ClientCreated,

    /// <summary>What a client application may do was changed, or a secret of its.</summary>
    ClientChanged,

    /// <summary>A client application was given an access token.</summary>
    ClientToken,

    /// <summary>A client application was refused: wrong secret, limits, or what it may not do.</summary>
    ClientRefused,

    /// <summary>Somebody who is no configured proxy claimed another address or certificate.</summary>
    PeerHeaderDropped,

    /// <summary>A message to a signer was delivered.</summary>
    NoticeDelivered,

    /// <summary>A message to a signer could not be delivered and is given up.</summary>
    NoticeFailed,

    /// <summary>A code or a link was sent.</summary>
    CodeSent,

    /// <summary>A code that was sent was right.</summary>
    CodeAccepted,

    /// <summary>A code that was sent was wrong, expired or void.</summary>
    CodeRefused,

    /// <summary>Where a signer is reached was changed.</summary>
    ContactChanged,

    /// <summary>A signer was asked to approve.</summary>
    ApprovalRequested,

    /// <summary>A signer approved.</summary>
    ApprovalGranted,

    /// <summary>A signer denied, or let it expire.</summary>
    ApprovalDenied,

    /// <summary>A package is running out.</summary>
    PackageLow,

    /// <summary>A time stamp belongs to a signature that was paid for.</summary>
    TimestampCovered,

    /// <summary>A time stamp counted as a transaction of its own.</summary>
    TimestampCounted,

    /// <summary>An organisation was added, or what belongs to it was changed.</summary>
    OrganisationChanged,

    /// <summary>A signer was limited: its activations, tokens and credentials ended.</summary>
    SignerLimited,

    /// <summary>A limit of a signer was lifted.</summary>
    SignerRestored,

    /// <summary>What is kept of a signer was exported.</summary>
    SignerExported,

    /// <summary>The personal data of a signer were erased.</summary>
    SignerErased,

    /// <summary>A key that the token had was adopted.</summary>
    CredentialImported,

    /// <summary>A chain of records begins.</summary>
    ChainOpened,

    /// <summary>A chain of records ends.</summary>
    ChainClosed,

    /// <summary>The chains were sealed.</summary>
    AuditSealed,

    /// <summary>The key that seals the trail was made.</summary>
    SealKeyCreated,

    /// <summary>Records older than the retention were removed; their seals stay.</summary>
    AuditRemoved,

    /// <summary>An activation was opened for a TLS login.</summary>
    TlsLoginAuthorized,

    /// <summary>A time stamp is going to be made.</summary>
    TimestampIntent,

    /// <summary>A time-stamp token was issued.</summary>
    TimestampIssued,

    /// <summary>There is no token after all; what it would have cost was given back.</summary>
    TimestampFailed,

    /// <summary>A time stamp was refused: quota, package, transaction.</summary>
    TimestampRefused,

    /// <summary>The clock, a source of it, or a time-stamping unit's trust in it changed.</summary>
    ClockChanged,

    /// <summary>An admin answered for the clock, or took it back.</summary>
    ClockAsserted,

    /// <summary>A time-stamping unit's key was made, or its certificate came.</summary>
    TimestampUnitChanged,

    /// <summary>The key that credentials' keys are wrapped under was made.</summary>
    WrappingKeyCreated,

    /// <summary>An admin client read how the slots are, or began to watch them.</summary>
    SlotsRead,

    /// <summary>A slot, or a whole node, was taken out of service by an admin.</summary>
    SlotDrained,

    /// <summary>A slot, or a whole node, was brought back by an admin.</summary>
    SlotResumed,
}
