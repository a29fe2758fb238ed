using System.Collections.Frozen;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>The pinned names of the audit events, as they are stored and shown.</summary>
public static class AuditEvents
{
    private static readonly string[] s_names = BuildNames();
    private static readonly FrozenDictionary<string, AuditEvent> s_events = Enum.GetValues<AuditEvent>()
        .ToFrozenDictionary(e => s_names[(int)e], StringComparer.Ordinal);

    /// <summary>The event's name, e.g. <c>signhash.intent</c>.</summary>
    public static string NameOf(AuditEvent auditEvent) => s_names[(int)auditEvent];

    /// <summary>The event with this name; <see cref="AuditEvent.Unknown"/> when this release has none.</summary>
    public static AuditEvent Parse(string name) => s_events.GetValueOrDefault(name, AuditEvent.Unknown);

    private static string[] BuildNames() => [.. Enum.GetValues<AuditEvent>().Select(static e
        => NameOfUse(e) ?? NameOfCare(e) ?? throw new InvalidOperationException("An audit event has no name."))];

    /// <summary>What signers and clients do.</summary>
    private static string? NameOfUse(AuditEvent of) => of switch
    {
        AuditEvent.Unknown => "unknown",
        AuditEvent.SignHashIntent => "signhash.intent",
        AuditEvent.SignHashDone => "signhash.done",
        AuditEvent.SignHashReleased => "signhash.released",
        AuditEvent.SignHashSpent => "signhash.spent",
        AuditEvent.SignHashRefused => "signhash.refused",
        AuditEvent.SignHashRedelivered => "signhash.redelivered",
        AuditEvent.AuthorizeOk => "authorize.ok",
        AuditEvent.AuthorizeRefused => "authorize.refused",
        AuditEvent.ExtendOk => "extend.ok",
        AuditEvent.ExtendRefused => "extend.refused",
        AuditEvent.HashAdded => "extend.added",
        AuditEvent.BulkOpened => "bulk.opened",
        AuditEvent.BulkFilled => "bulk.filled",
        AuditEvent.BulkRefused => "bulk.refused",
        AuditEvent.PackageGranted => "package.granted",
        AuditEvent.PackageCancelled => "package.cancelled",
        AuditEvent.PackageSpent => "package.spent",
        AuditEvent.RequestRefused => "request.refused",
        AuditEvent.LoginOk => "login.ok",
        AuditEvent.LoginFailed => "login.failed",
        AuditEvent.TokenRevoked => "token.revoked",
        AuditEvent.TimestampCovered => "timestamp.covered",
        AuditEvent.TimestampCounted => "timestamp.counted",
        AuditEvent.TimestampIntent => "timestamp.intent",
        AuditEvent.TimestampIssued => "timestamp.issued",
        AuditEvent.TimestampFailed => "timestamp.failed",
        AuditEvent.TimestampRefused => "timestamp.refused",
        _ => null,
    };

    /// <summary>What is done about those who use it, and about the appliance itself.</summary>
    private static string? NameOfCare(AuditEvent of) => of switch
    {
        AuditEvent.FactorEnrolled => "factor.enrolled",
        AuditEvent.FactorActivated => "factor.activated",
        AuditEvent.FactorLocked => "factor.locked",
        AuditEvent.FactorUnlocked => "factor.unlocked",
        AuditEvent.SignerCreated => "signer.created",
        AuditEvent.SignerChanged => "signer.changed",
        AuditEvent.CredentialCreated => "credential.created",
        AuditEvent.CredentialChanged => "credential.changed",
        AuditEvent.RootKeyCreated => "rootkey.created",
        AuditEvent.WrappingKeyCreated => "wrappingkey.created",
        AuditEvent.NodeStarted => "node.started",
        AuditEvent.NodeStopped => "node.stopped",
        AuditEvent.LedgerRecovered => "ledger.recovered",
        AuditEvent.AdminAdded => "admin.added",
        AuditEvent.AdminChanged => "admin.changed",
        AuditEvent.AdminRemoved => "admin.removed",
        AuditEvent.AdminRefused => "admin.refused",
        AuditEvent.TamperDetected => "tamper.detected",
        AuditEvent.ClientCreated => "client.created",
        AuditEvent.ClientChanged => "client.changed",
        AuditEvent.ClientToken => "client.token",
        AuditEvent.ClientRefused => "client.refused",
        AuditEvent.PeerHeaderDropped => "peer.header-dropped",
        AuditEvent.NoticeDelivered => "notice.delivered",
        AuditEvent.NoticeFailed => "notice.failed",
        AuditEvent.CodeSent => "code.sent",
        AuditEvent.CodeAccepted => "code.accepted",
        AuditEvent.CodeRefused => "code.refused",
        AuditEvent.ContactChanged => "contact.changed",
        AuditEvent.ApprovalRequested => "approval.requested",
        AuditEvent.ApprovalGranted => "approval.granted",
        AuditEvent.ApprovalDenied => "approval.denied",
        AuditEvent.PackageLow => "package.low",
        AuditEvent.ClockChanged => "clock.changed",
        AuditEvent.ClockAsserted => "clock.asserted",
        AuditEvent.TimestampUnitChanged => "timestamp.unit-changed",
        AuditEvent.SlotsRead => "slots.read",
        AuditEvent.SlotDrained => "slot.drained",
        AuditEvent.SlotResumed => "slot.resumed",
        AuditEvent.OrganisationChanged => "organisation.changed",
        AuditEvent.SignerLimited => "signer.limited",
        AuditEvent.SignerRestored => "signer.restored",
        AuditEvent.SignerExported => "signer.exported",
        AuditEvent.SignerErased => "signer.erased",
        AuditEvent.CredentialImported => "credential.imported",
        AuditEvent.ChainOpened => AuditTable.ChainOpened,
        AuditEvent.ChainClosed => AuditTable.ChainClosed,
        AuditEvent.AuditSealed => AuditTable.Sealed,
        AuditEvent.SealKeyCreated => AuditTable.SealKey,
        AuditEvent.AuditRemoved => "audit.removed",
        AuditEvent.TlsLoginAuthorized => "tlslogin.ok",
        _ => null,
    };
}
