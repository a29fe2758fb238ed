using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Signing.Approving;
using Appliance.Signing.Credentials;
using Appliance.Signing.Sad;
using Appliance.Storage;

namespace Appliance.Signing;

/// <content>
/// Approval out of band. The authorisation's transaction judges the other factors and stores what waits; the one that
/// decides opens the activation. Of several decisions at once, on any nodes, one is written.
/// </content>
public sealed partial class SigningService
{
    private const int ApprovalListLimit = 100;

    private ValueTask<AuthorizeResult?> RequestApprovalAsync(
        AuthorizeRequest request, Credential credential, FactorPlan plan, CancellationToken cancellationToken)
    {
        var scal = request.Hashes.Count > 0 ? 2 : credential.Scal;
        var name = _store.Read(connection => ClientName(connection, request.Caller.ClientId));
        var draft = _approvals.Prepare(request, credential.SignerId, scal, name, _time.GetUtcNow());
        return DecideAsync(
            request,
            credential,
            plan,
            connection =>
            {
                if (!_approvals.TryRequest(connection, draft))
                {
                    return AuthorizeResult.Refused(SigningStatus.ApprovalLimit);
                }

                AuditTrail.Append(connection, Recorded(AuditEvent.ApprovalRequested, draft.Row));
                return AuthorizeResult.Refused(SigningStatus.ApprovalPending) with { Handle = draft.Handle };
            },
            keys => Announce(keys, credential, request.Caller),
            cancellationToken);
    }

    /// <summary>
    /// What became of an authorisation that waits: pending, the SAD (the same whenever asked), or refused.
    /// </summary>
    /// <param name="caller">Who asked for it.</param>
    /// <param name="handle">What it was given.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask<AuthorizeResult> CheckApprovalAsync(
        Caller caller, string handle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(handle);
        ApprovalRow? row = null;
        var status = SigningStatus.HandleInvalid;
        if (OneTimeText.DigestOf(handle) is { } digest)
        {
            row = _store.Read(connection => connection.Approvals.FindByHandle(digest));
            status = Judge(row, caller);
        }

        switch (status)
        {
            case SigningStatus.Ok:
                return Issue(SadOf(row!));
            case SigningStatus.ApprovalPending:
                return AuthorizeResult.Refused(status) with { Handle = handle };
            default:
                var named = OnBehalf(caller, status == SigningStatus.HandleInvalid ? null : row?.SignerId);
                return await RefuseAsync(
                    AuditEvent.AuthorizeRefused, named, row?.CredentialId ?? default, status, cancellationToken);
        }
    }

    /// <summary>
    /// Waits, holding no thread, until the signer has decided, then answers as <see cref="CheckApprovalAsync"/>. What
    /// is undecided when the time is over, or the caller gone, is withdrawn.
    /// </summary>
    /// <param name="caller">Who asked for it.</param>
    /// <param name="handle">What it was given.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async ValueTask<AuthorizeResult> WaitForApprovalAsync(
        Caller caller, string handle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(handle);
        var digest = OneTimeText.DigestOf(handle) ?? [];
        var row = _store.Read(connection => connection.Approvals.FindByHandle(digest));
        if (row is null || !_waiters.TryEnter())
        {
            await WithdrawAsync(row);
            return AuthorizeResult.Refused(row is null ? SigningStatus.HandleInvalid : SigningStatus.Overloaded);
        }

        try
        {
            var left = row.ExpiresAt - Now();
            if (left > 0)
            {
                await _waiters.WaitAsync(row.Id, TimeSpan.FromMilliseconds(left), cancellationToken);
            }

            var result = await CheckApprovalAsync(caller, handle, cancellationToken);
            if (result.Status != SigningStatus.ApprovalPending)
            {
                return result;
            }

            if (_waiters.IsStopped)
            {
                await WithdrawAsync(row);
                return AuthorizeResult.Refused(SigningStatus.Cancelled);
            }

            // It was decided in this moment, or nobody waits for it any more.
            return await WithdrawAsync(row)
                ? AuthorizeResult.Refused(SigningStatus.ApprovalExpired)
                : await CheckApprovalAsync(caller, handle, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await WithdrawAsync(row);
            throw;
        }
        finally
        {
            _waiters.Leave();
        }
    }

    /// <summary>What is to be approved, or was; null when there is none that the reference may see.</summary>
    public ApprovalInfo? FindApproval(ApprovalReference reference)
        => Look(reference) is { } row ? _approvals.Describe(row) : null;

    /// <summary>What waits for the signer, oldest first, at most 100.</summary>
    /// <param name="caller">The signer, or a client that approves.</param>
    /// <param name="signerId">Whose.</param>
    public IReadOnlyList<ApprovalInfo> ListApprovals(Caller caller, Guid signerId)
    {
        var now = Now();
        var rows = _store.Read(connection => connection.Approvals.ListPending(signerId, now, ApprovalListLimit));
        return [.. rows.Where(row => MaySee(caller, row) && Holds(row)).Select(_approvals.Describe)];
    }

    /// <summary>Denies. Whoever may see an approval may do that.</summary>
    public async ValueTask<SigningStatus> DenyAsync(ApprovalReference reference, CancellationToken cancellationToken)
    {
        if (Look(reference) is not { } row)
        {
            return await RefuseApprovalAsync(reference, SigningStatus.ApprovalUnknown, cancellationToken);
        }

        var denied = _approvals.Decide(row, ApprovalState.Denied, row.EndsAt);
        var status = await WriteStatusAsync(
            connection =>
            {
                if (!connection.Approvals.Decide(denied))
                {
                    return SigningStatus.ApprovalOver;
                }

                AuditTrail.Append(connection, Recorded(AuditEvent.ApprovalDenied, row, reference));
                return SigningStatus.Ok;
            },
            cancellationToken,
            keys => keys.AddSigner(row.SignerId));
        _waiters.Tell(row.Id);
        return status;
    }

    /// <summary>
    /// Approves: opens the activation. Who asked does not approve, unless a code is asked for besides.
    /// </summary>
    /// <param name="reference">Which approval, and by what right.</param>
    /// <param name="code">A code of the signer's authenticator, where <see cref="ApprovalOptions.AskForCode"/>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask<SigningStatus> ApproveAsync(
        ApprovalReference reference, string? code, CancellationToken cancellationToken)
    {
        var row = Look(reference);
        var status = row switch
        {
            null => SigningStatus.ApprovalUnknown,
            { State: not ApprovalState.Pending } => SigningStatus.ApprovalOver,
            _ when row.ExpiresAt <= Now() => SigningStatus.ApprovalOver,
            _ when !MayApprove(reference, row) => SigningStatus.ApproverAsked,
            _ when _approvals.Options.AskForCode && code is null => SigningStatus.FactorMissing,
            _ => SigningStatus.Ok,
        };
        if (status != SigningStatus.Ok)
        {
            return await RefuseApprovalAsync(reference, status, cancellationToken, row);
        }

        for (var attempt = 1; attempt <= CredentialAttempts; attempt++)
        {
            if (await ApproveOnceAsync(reference, row!, code, cancellationToken) is { } decided)
            {
                _waiters.Tell(row!.Id);
                return decided;
            }

            _credentials.Forget(row!.CredentialId);
        }

        return SigningStatus.Failed;
    }

    /// <summary>Null when the credential has changed and nothing was done.</summary>
    private async ValueTask<SigningStatus?> ApproveOnceAsync(
        ApprovalReference reference, ApprovalRow row, string? code, CancellationToken cancellationToken)
    {
        var status = CheckCredential(
            new Caller(row.SignerId, row.ClientId), row.CredentialId, out var credential);
        if (status != SigningStatus.Ok)
        {
            return await RefuseApprovalAsync(reference, status, cancellationToken, row);
        }

        var now = _time.GetUtcNow();
        var endsAt = (now + _options.SadLifetime).ToUnixTimeMilliseconds();
        var approved = _approvals.Decide(row, ApprovalState.Approved, endsAt);
        var activation = _activations.Prepare(new ActivationRequest(
            row.ActivationId,
            row.CredentialId,
            row.SignerId,
            row.ClientId,
            row.Scal,
            row.Total,
            Approvals.ContentOf(row).Hashes,
            endsAt,
            now.ToUnixTimeMilliseconds()));
        var changed = false;
        var result = await WriteStatusAsync(
            connection =>
            {
                var decided = Approve(connection, reference, credential!, approved, activation, code);
                changed = decided is null;
                return decided ?? SigningStatus.Failed;
            },
            cancellationToken,
            keys => Announce(keys, credential!, new Caller(row.SignerId, row.ClientId)));
        return changed ? null : result;
    }

    private SigningStatus? Approve(
        StoreConnection connection,
        ApprovalReference reference,
        Credential credential,
        ApprovalRow approved,
        NewActivation activation,
        string? code)
    {
        connection.LockSigner(approved.SignerId);
        var status = DecideState(connection, credential);
        if (status == SigningStatus.Ok)
        {
            status = DecideClient(connection, new Caller(Guid.Empty, approved.ClientId), credential);
        }

        if (status == SigningStatus.Ok && IsLocked(connection, credential))
        {
            status = SigningStatus.FactorLocked;
        }

        // Before the code: who comes too late uses none.
        if (status == SigningStatus.Ok
            && connection.Approvals.Find(approved.Id) is not { State: ApprovalState.Pending })
        {
            status = SigningStatus.ApprovalOver;
        }

        if (status == SigningStatus.Ok && _approvals.Options.AskForCode)
        {
            status = TryTotp(connection, reference.Caller, credential, code);
        }

        if (status == SigningStatus.Ok && !connection.Approvals.Decide(approved))
        {
            status = SigningStatus.ApprovalOver;
        }

        if (status == SigningStatus.Ok)
        {
            _activations.Open(connection, activation);
            AuditTrail.Append(connection, Recorded(AuditEvent.ApprovalGranted, approved, reference));
            AuditTrail.Append(connection, Opened(AuditEvent.AuthorizeOk, SadOf(approved)));
        }
        else if (status is { } refused)
        {
            AuditTrail.Append(connection, Refusal(
                AuditEvent.AuthorizeRefused, reference.Caller, credential, refused, approved.Total));
        }

        return status;
    }

    /// <summary>The row's fault, or what it is: pending, or approved (Ok).</summary>
    private SigningStatus Judge(ApprovalRow? row, Caller caller)
    {
        if (row is null || row.ClientId != caller.ClientId || (!caller.IsClient && row.SignerId != caller.SignerId)
            || !Holds(row))
        {
            return SigningStatus.HandleInvalid;
        }

        switch (row.State)
        {
            case ApprovalState.Approved:
                return Now() < row.EndsAt ? SigningStatus.Ok : SigningStatus.HandleInvalid;
            case ApprovalState.Denied:
                return SigningStatus.ApprovalDenied;
            case ApprovalState.Pending when Now() < row.ExpiresAt:
                return _credentials.Find(row.CredentialId, out _) is { } credential
                    && _store.Read(connection => IsLocked(connection, credential))
                    ? SigningStatus.FactorLocked
                    : SigningStatus.ApprovalPending;
            default:
                return SigningStatus.ApprovalExpired;
        }
    }

    /// <summary>Whether a factor that goes with the approval was locked since: then nobody approves.</summary>
    private bool IsLocked(StoreConnection connection, Credential credential)
        => (credential.Factors.HasFlag(CredentialFactors.Pin)
                && PinFactors.StateOf(connection, credential.SignerId) == FactorState.Locked)
            || (_approvals.Options.AskForCode
                && connection.Factors.FindBySigner(credential.SignerId) is { State: FactorState.Locked });

    private ApprovalRow? Look(ApprovalReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var digest = reference.Link is null ? null : OneTimeText.DigestOf(reference.Link);
        if (reference.Link is not null && digest is null)
        {
            return null;
        }

        var row = _store.Read(connection => digest is null
            ? connection.Approvals.Find(reference.ApprovalId)
            : connection.Approvals.FindByLink(digest));
        return row is not null && (digest is not null || MaySee(reference.Caller, row)) && Holds(row)
            ? row
            : null;
    }

    /// <summary>Nobody waits for the record: the refusal that follows has one of its own.</summary>
    private bool Holds(ApprovalRow row)
    {
        if (_approvals.Holds(row))
        {
            return true;
        }

        Log.ApprovalTampered(_logger, row.Id);
        _ = RecordAsync(Tampering("approval") with { SignerId = row.SignerId }, CancellationToken.None).AsTask();
        return false;
    }

    /// <summary>
    /// The signer, whatever application it signed in by, and clients that approve for its credentials.
    /// </summary>
    private bool MaySee(Caller caller, ApprovalRow row) => caller.IsClient
        ? caller.Operations.HasFlag(ClientOperations.Approve) && FindOwn(caller, row.CredentialId) is not null
        : row.SignerId == caller.SignerId;

    /// <summary>
    /// The link is the other channel. A caller approves what another asked for; its own only with a code besides, or
    /// one stolen token would both ask and approve.
    /// </summary>
    private bool MayApprove(ApprovalReference reference, ApprovalRow row)
        => reference.Link is not null || reference.Caller.ClientId != row.ClientId || _approvals.Options.AskForCode;

    /// <summary>False when it was decided before.</summary>
    private async ValueTask<bool> WithdrawAsync(ApprovalRow? row)
    {
        if (row is null)
        {
            return false;
        }

        var withdrawn = _approvals.Decide(row, ApprovalState.Withdrawn, row.EndsAt);
        var status = await WriteStatusAsync(
            connection =>
            {
                if (!connection.Approvals.Decide(withdrawn))
                {
                    return SigningStatus.ApprovalOver;
                }

                AuditTrail.Append(connection, Recorded(AuditEvent.ApprovalDenied, row) with { Detail = "withdrawn" });
                return SigningStatus.Ok;
            },
            CancellationToken.None);
        return status != SigningStatus.ApprovalOver;
    }

    private async ValueTask<SigningStatus> RefuseApprovalAsync(
        ApprovalReference reference,
        SigningStatus status,
        CancellationToken cancellationToken,
        ApprovalRow? row = null)
    {
        // A stranger with a wrong link fills no store.
        if (row is not null || reference.Link is null)
        {
            await RecordAsync(
                Refusal(
                    AuditEvent.AuthorizeRefused,
                    row is null ? reference.Caller : reference.Caller with { SignerId = row.SignerId },
                    row?.CredentialId ?? default,
                    status,
                    row?.Total ?? 0),
                cancellationToken);
        }

        return status;
    }

    private static SadEnvelope SadOf(ApprovalRow row) => new(
        row.ActivationId,
        row.CredentialId,
        row.SignerId,
        row.ClientId,
        (byte)row.Scal,
        row.Total,
        row.EndsAt);

    private AuditRecord Recorded(AuditEvent auditEvent, ApprovalRow row, ApprovalReference? by = null) => new()
    {
        At = Now(),
        Event = auditEvent,
        Outcome = auditEvent == AuditEvent.ApprovalDenied ? AuditOutcome.Refused : AuditOutcome.Ok,
        SignerId = row.SignerId,
        ClientId = by is { Link: null } ? by.Caller.ClientId : row.ClientId,
        CredentialId = row.CredentialId,
        ActivationId = row.ActivationId,
        RequestId = row.Id,
        Count = row.Total,
        Digest = DigestOf(Approvals.ContentOf(row).Hashes),
        Detail = by is null ? null : by.Link is not null ? "by link" : by.Caller.IsClient ? "by client" : "by signer",
    };

    private static string ClientName(StoreConnection connection, Guid clientId)
        => clientId == Guid.Empty ? "" : connection.Clients.Find(clientId)?.Name ?? clientId.ToString("D");
}
