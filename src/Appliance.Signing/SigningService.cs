using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Signing.Approving;
using Appliance.Signing.Credentials;
using Appliance.Signing.Provisioning;
using Appliance.Signing.Sad;
using Appliance.Signing.SignHash;
using Appliance.Storage;
using Microsoft.Extensions.Logging;

namespace Appliance.Signing;

/// <summary>
/// The signature activation module (EN 419 241): may this signer use this key for these hashes; do it.
/// </summary>
public sealed partial class SigningService : IDisposable
{
    private readonly Store _store;
    private readonly CommitLoop _ledger;
    private readonly Activations _activations;
    private readonly SignerFactors _factors;
    private readonly Approvals _approvals;
    private readonly ApprovalWaiters _waiters;
    private readonly SlotGroup _slots;
    private readonly CredentialCache _credentials;
    private readonly Func<CredentialRow, bool> _isOurs;
    private readonly OperationsInFlight _inFlight = new();
    private readonly SadCodec _sad;
    private readonly SigningOptions _options;
    private readonly StagedActivations _staged;
    private readonly BulkOptions _bulk;
    private readonly ClientAccess? _clients;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Composes the module from the rooms below; it owns none of them.</summary>
    /// <param name="store">Where credentials are read.</param>
    /// <param name="ledger">The commit loop; every decision that must last goes through it.</param>
    /// <param name="activations">The rules of activations.</param>
    /// <param name="factors">What signers prove their will with.</param>
    /// <param name="approvals">Their approvals out of band.</param>
    /// <param name="slots">The tokens that hold the keys.</param>
    /// <param name="link">Checks that a credential's row is as this installation made it.</param>
    /// <param name="sadKey">32 bytes derived for <see cref="Keys.KeyPurpose.Sad"/>; must outlive this.</param>
    /// <param name="options">Lifetimes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where failures that are not a caller's fault are told.</param>
    /// <param name="bulk">Limits of bulk activations; null for the defaults.</param>
    /// <param name="clients">Which client may use which credential; null where no client may use any.</param>
    public SigningService(
        Store store,
        CommitLoop ledger,
        Activations activations,
        SignerFactors factors,
        Approvals approvals,
        SlotGroup slots,
        CredentialLink link,
        ReadOnlyMemory<byte> sadKey,
        SigningOptions options,
        TimeProvider time,
        ILogger<SigningService> logger,
        BulkOptions? bulk = null,
        ClientAccess? clients = null)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(approvals);
        _store = store;
        _ledger = ledger;
        _activations = activations;
        _factors = factors;
        _approvals = approvals;
        _waiters = new ApprovalWaiters(store, time, approvals.Options.MostWaiting);
        _slots = slots;
        _credentials = new CredentialCache(store, link.Verify);
        _isOurs = link.Verify;
        _sad = new SadCodec(sadKey);
        _options = options;
        _staged = new StagedActivations(store, ledger, activations);
        _bulk = bulk ?? new BulkOptions();
        _clients = clients;
        _time = time;
        _logger = logger;
    }

    /// <summary>Nobody is kept waiting for a decision from now on: the node stops.</summary>
    public void StopWaiting() => _waiters.Stop();

    /// <summary>Ends what runs in the background.</summary>
    public void Dispose() => _waiters.Dispose();

    /// <summary>A signer's credentials, oldest first; those whose row was tampered with are left out.</summary>
    public IReadOnlyList<CredentialInfo> ListCredentials(Caller caller)
    {
        var rows = _store.Read(caller.SignerId, static (connection, id) => connection.Credentials.ListBySigner(id));
        var now = Now();
        var found = new List<CredentialInfo>(rows.Count);
        foreach (var row in rows)
        {
            var credential = _credentials.FindVersion(row.Id, row.Version);
            if (credential is not null && credential.SignerId == caller.SignerId)
            {
                found.Add(credential.Describe(now));
            }
        }

        return found;
    }

    /// <summary>
    /// A credential was changed in this process: what is told of it from now on is what the store says. Signing needs
    /// no such call, since the reservation looks itself.
    /// </summary>
    public void Forget(Guid credentialId) => _credentials.Forget(credentialId);

    /// <summary>One of the caller's credentials, or null.</summary>
    public CredentialInfo? FindCredential(Caller caller, Guid credentialId)
        => FindOwn(caller, credentialId)?.Describe(Now());

    /// <summary>
    /// Puts a request that the wire refused before it became an operation (a missing field, a wrong type, bad Base64)
    /// into the audit trail: for authenticated callers only, so that nobody else can fill the store.
    /// </summary>
    /// <param name="caller">The authenticated caller.</param>
    /// <param name="operation">The CSC method, e.g. <c>signatures/signHash</c>.</param>
    /// <param name="credentialId">The credential named, when it could be read.</param>
    /// <param name="reason">
    /// The error's description as the caller gets it: fixed text, never the caller's input.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting; the record may still be written.</param>
    public ValueTask RecordRefusalAsync(
        Caller caller, string operation, Guid? credentialId, string reason, CancellationToken cancellationToken)
        => RecordAsync(
            new AuditRecord
            {
                At = Now(),
                Event = AuditEvent.RequestRefused,
                Outcome = AuditOutcome.Refused,
                SignerId = SignerOf(caller),
                ClientId = caller.ClientId,
                CredentialId = credentialId,
                Detail = $"{operation}: {reason}",
            },
            cancellationToken);

    /// <summary>The credential if this caller may use it. Somebody else's and none at all are one answer.</summary>
    private Credential? FindOwn(Caller caller, Guid credentialId)
    {
        var credential = _credentials.Find(credentialId, out var tampered);
        if (tampered)
        {
            Log.CredentialTampered(_logger, credentialId);
            // Nobody waits for it: the refusal that follows has a record of its own.
            var record = Tampering("credential") with { CredentialId = credentialId, SignerId = SignerOf(caller) };
            _ = RecordAsync(record, CancellationToken.None).AsTask();
        }

        return credential is not null && MayUse(caller, credential) ? credential : null;
    }

    private AuditRecord Tampering(string row) => new()
    {
        At = Now(),
        Event = AuditEvent.TamperDetected,
        Outcome = AuditOutcome.Refused,
        Detail = row,
    };

    /// <summary>
    /// A refusal leaves its record before the caller is told; when the store cannot take it, a log line.
    /// </summary>
    private async ValueTask RecordAsync(AuditRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await _ledger.WriteAsync(
                connection =>
                {
                    AuditTrail.Append(connection, record);
                    return true;
                },
                cancellationToken);
        }
        catch (Exception error) when (error is LedgerOverloadedException or StoreException or ObjectDisposedException
            or OperationCanceledException)
        {
            Log.RefusalNotRecorded(_logger, record.Event, record.Detail, error.Message);
        }
    }

    private AuditRecord Refusal(
        AuditEvent auditEvent,
        Caller caller,
        Guid credentialId,
        SigningStatus status,
        int count,
        Guid? requestId = null)
        => new()
        {
            At = Now(),
            Event = auditEvent,
            Outcome = AuditOutcome.Refused,
            SignerId = SignerOf(caller),
            ClientId = caller.ClientId,
            CredentialId = credentialId,
            RequestId = requestId,
            Count = count,
            Detail = status.ToString(),
        };

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private static partial class Log
    {
        [LoggerMessage(5000, LogLevel.Critical, "Credential {Credential} was changed in the store by another hand.")]
        public static partial void CredentialTampered(ILogger logger, Guid credential);

        [LoggerMessage(5001, LogLevel.Error, "A refusal is missing from the audit trail ({Event}, {Detail}): {Error}")]
        public static partial void RefusalNotRecorded(ILogger logger, AuditEvent @event, string? detail, string error);

        [LoggerMessage(
            5003, LogLevel.Critical, "The factor of signer {Signer} was changed in the store by another hand.")]
        public static partial void FactorTampered(ILogger logger, Guid signer);

        [LoggerMessage(5004, LogLevel.Critical, "Approval {Approval} was changed in the store by another hand.")]
        public static partial void ApprovalTampered(ILogger logger, Guid approval);

        [LoggerMessage(5002, LogLevel.Error, "An authorisation failed in the store: {Error}")]
        public static partial void AuthorizationFailed(ILogger logger, string error);
    }
}
