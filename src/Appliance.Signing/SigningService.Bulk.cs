using Appliance.Ledger;
using Appliance.Signing.Algorithms;
using Appliance.Signing.Approving;
using Appliance.Signing.Credentials;
using Appliance.Signing.SignHash;
using Appliance.Storage;

namespace Appliance.Signing;

/// <content>
/// Bulk activations of credentials that seal: begun, filled chunk by chunk, closed by count and digest. The close is an
/// authorisation like any other, with the credential's factor; before it nothing can be signed.
/// </content>
public sealed partial class SigningService
{
    /// <summary>Bulk activations whose hashes are read at the same time.</summary>
    private const int MostVerifying = 2;

    private int _verifying;

    /// <summary>Begins a bulk activation.</summary>
    public async ValueTask<BulkOpenResult> OpenBulkAsync(
        BulkOpenRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var status = CheckBulk(request.Caller, request.CredentialId, request.SignatureCount, out var credential);
        if (status != SigningStatus.Ok)
        {
            await RecordAsync(
                Refusal(AuditEvent.BulkRefused, request.Caller, request.CredentialId, status, request.SignatureCount),
                cancellationToken);
            return new BulkOpenResult(status, Guid.Empty, 0);
        }

        var now = _time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var staged = new StagedRequest(
            id,
            request.CredentialId,
            credential!.SignerId,
            request.Caller.ClientId,
            request.SignatureCount,
            (now + _bulk.OpenLifetime).ToUnixTimeMilliseconds(),
            now.ToUnixTimeMilliseconds());
        status = await WriteStatusAsync(
            connection =>
            {
                var decided = BulkStatus.ToSigning(_staged.Begin(connection, staged, _bulk.MostOpen));
                AuditTrail.Append(connection, BulkRecord(
                    AuditEvent.BulkOpened, request.Caller, request.CredentialId, id, decided) with
                {
                    Count = request.SignatureCount,
                });
                return decided;
            },
            cancellationToken);
        return status == SigningStatus.Ok
            ? new BulkOpenResult(status, id, (int)_bulk.OpenLifetime.TotalSeconds)
            : new BulkOpenResult(status, Guid.Empty, 0);
    }

    /// <summary>
    /// Puts hashes into a bulk activation. The same chunk again changes nothing; another one at the same ordinals is
    /// refused.
    /// </summary>
    public async ValueTask<SigningStatus> FillBulkAsync(BulkFillRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var status = CheckChunk(request);
        StagedChunk? chunk = null;
        if (status == SigningStatus.Ok)
        {
            var owner = Owner(request.ActivationId, request.Caller);
            chunk = _staged.Prepare(owner, request.First, request.Hashes);
            status = await GuardAsync(
                async () => BulkStatus.ToSigning(await _staged.FillAsync(chunk, Now, cancellationToken)));
        }

        var record = BulkRecord(AuditEvent.BulkFilled, request.Caller, null, request.ActivationId, status);
        await RecordAsync(
            record with
            {
                Count = request.Hashes.Count,
                Digest = status == SigningStatus.Ok ? DigestOf(request.Hashes) : default,
            },
            cancellationToken);
        return status;
    }

    /// <summary>Closes a bulk activation: checks that it is what the caller says, then the signer's factor.</summary>
    public async ValueTask<AuthorizeResult> CloseBulkAsync(
        BulkCloseRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var owner = Owner(request.ActivationId, request.Caller);
        var status = BulkStatus.ToSigning(_staged.Find(owner, Now(), out var credentialId));
        if (status == SigningStatus.Ok)
        {
            status = CheckBulk(request.Caller, credentialId, request.SignatureCount, out var credential);
            status = status == SigningStatus.Ok ? PlanBulk(request, credential!).Status : status;
        }

        if (status == SigningStatus.Ok)
        {
            status = CheckWhole(request, owner, cancellationToken);
        }

        return status == SigningStatus.Ok
            ? await AttemptAsync(credentialId, () => CloseOnceAsync(request, owner, credentialId, cancellationToken))
            : await RefuseAsync(AuditEvent.AuthorizeRefused, request.Caller, credentialId, status, cancellationToken);
    }

    /// <summary>Null when the credential has changed and nothing was done.</summary>
    private async ValueTask<AuthorizeResult?> CloseOnceAsync(
        BulkCloseRequest request, StagedOwner owner, Guid credentialId, CancellationToken cancellationToken)
    {
        var status = CheckBulk(request.Caller, credentialId, request.SignatureCount, out var credential);
        if (status != SigningStatus.Ok)
        {
            return await RefuseAsync(
                AuditEvent.AuthorizeRefused, request.Caller, credentialId, status, cancellationToken);
        }

        var now = _time.GetUtcNow();
        var sad = NewSad(credential!, request.Caller, 2, request.SignatureCount, now) with
        {
            ActivationId = owner.ActivationId,
        };
        var authorisation = new AuthorizeRequest
        {
            Caller = request.Caller,
            CredentialId = credentialId,
            SignatureCount = request.SignatureCount,
            Factors = request.Factors,
        };
        var plan = PlanBulk(request, credential!);
        return plan.Status != SigningStatus.Ok
            ? await RefuseAsync(
                AuditEvent.AuthorizeRefused, request.Caller, credentialId, plan.Status, cancellationToken)
            : await DecideAsync(
                authorisation,
                credential!,
                plan,
                connection => Open(
                    connection,
                    sad,
                    () => _staged.Open(connection, owner, sad.ExpiresAt, now.ToUnixTimeMilliseconds()),
                    digest: request.Digest),
                keys =>
                {
                    keys.AddActivation(owner.ActivationId);
                    Announce(keys, credential!, request.Caller);
                },
                cancellationToken,
                // Before the factor: a code opens something or is not used.
                connection => BulkStatus.ToSigning(_staged.Find(connection, owner, Now())));
    }

    /// <summary>An approval is of hashes that the signer can be shown, not of a million.</summary>
    private static FactorPlan PlanBulk(BulkCloseRequest request, Credential credential)
    {
        var plan = FactorPlan.Of(credential.Factors, request.Factors, request.Caller);
        return plan.NeedsApproval ? plan with { Status = SigningStatus.BulkNotAllowed } : plan;
    }

    private SigningStatus CheckBulk(Caller caller, Guid credentialId, int count, out Credential? credential)
    {
        var status = CheckCredential(caller, credentialId, out credential);
        if (status != SigningStatus.Ok)
        {
            return status;
        }

        if (credential!.Extension != ExtensionPolicy.Seal)
        {
            return SigningStatus.BulkNotAllowed;
        }

        if (count < 1)
        {
            return SigningStatus.SignatureCountInvalid;
        }

        if (count > credential.Multisign)
        {
            return SigningStatus.SignatureCountTooHigh;
        }

        return count > _bulk.MostHashes ? SigningStatus.BulkLimit : SigningStatus.Ok;
    }

    private static SigningStatus CheckChunk(BulkFillRequest request)
    {
        if (request.Hashes.Count == 0)
        {
            return SigningStatus.HashesMissing;
        }

        if (request.First < 0 || request.Hashes.Count > StagedActivations.MostHashesInChunk)
        {
            return SigningStatus.BulkOutOfRange;
        }

        var length = request.Hashes[0].Length;
        return HashAlgorithm.IsDigestLength(length) && request.Hashes.All(hash => hash.Length == length)
            ? SigningStatus.Ok
            : SigningStatus.DigestLength;
    }

    /// <summary>Reads all of it, page by page, on the caller's thread; the commit loop goes on beside it.</summary>
    private SigningStatus CheckWhole(
        BulkCloseRequest request, StagedOwner owner, CancellationToken cancellationToken)
    {
        if (HashAlgorithm.Find(request.HashAlgorithm) is not { } algorithm)
        {
            return SigningStatus.HashAlgorithmInvalid;
        }

        // Reading a million hashes is work; whoever asks for more of it at once may come again.
        if (Interlocked.Increment(ref _verifying) > MostVerifying)
        {
            Interlocked.Decrement(ref _verifying);
            return SigningStatus.Overloaded;
        }

        try
        {
            return BulkStatus.ToSigning(_staged.Verify(
                owner, request.SignatureCount, algorithm.Length, request.Digest, Now(), cancellationToken));
        }
        catch (OperationCanceledException)
        {
            return SigningStatus.Cancelled;
        }
        catch (StoreException error) when (!error.IsTemporary)
        {
            Log.AuthorizationFailed(_logger, error.Message);
            return SigningStatus.Failed;
        }
        finally
        {
            Interlocked.Decrement(ref _verifying);
        }
    }

    private static StagedOwner Owner(Guid activationId, Caller caller)
        => new(activationId, caller.SignerId, caller.ClientId);

    private AuditRecord BulkRecord(
        AuditEvent done, Caller caller, Guid? credentialId, Guid activationId, SigningStatus status)
    {
        var isDone = status == SigningStatus.Ok;
        return new AuditRecord
        {
            At = Now(),
            Event = isDone ? done : AuditEvent.BulkRefused,
            Outcome = isDone ? AuditOutcome.Ok : AuditOutcome.Refused,
            SignerId = SignerOf(caller),
            ClientId = caller.ClientId,
            CredentialId = credentialId,
            ActivationId = activationId,
            Detail = isDone ? null : status.ToString(),
        };
    }

    private ValueTask<SigningStatus> WriteStatusAsync(
        Func<StoreConnection, SigningStatus> decide,
        CancellationToken cancellationToken,
        Action<StoreKeys>? announce = null)
        => GuardAsync(async () => await _ledger.WriteAsync(decide, rows: 1, cancellationToken, announce));

    private async ValueTask<SigningStatus> GuardAsync(Func<Task<SigningStatus>> act)
    {
        try
        {
            return await act();
        }
        catch (LedgerOverloadedException)
        {
            return SigningStatus.Overloaded;
        }
        catch (OperationCanceledException)
        {
            return SigningStatus.Cancelled;
        }
        catch (StoreException error) when (error.IsTemporary)
        {
            return SigningStatus.StoreUnavailable;
        }
        catch (Exception error) when (error is StoreException or ObjectDisposedException)
        {
            Log.AuthorizationFailed(_logger, error.Message);
            return SigningStatus.Failed;
        }
    }
}
