using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Signing.Algorithms;
using Appliance.Signing.Credentials;
using Appliance.Signing.Sad;
using Appliance.Signing.SignHash;
using Appliance.Storage;

namespace Appliance.Signing;

/// <content>
/// Opening and extending activations. The factor's try and the activation that it opens are one transaction: a code
/// that was used has opened something, and whatever was opened has used a code, whenever the process dies.
/// </content>
public sealed partial class SigningService
{
    /// <summary>Checks the signer's factor and opens an activation.</summary>
    public ValueTask<AuthorizeResult> AuthorizeAsync(AuthorizeRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var status = Check(request, out var credential);
        return status == SigningStatus.Ok
            ? OpenAsync(request, credential!, cancellationToken)
            : RefuseAsync(AuditEvent.AuthorizeRefused, request.Caller, request.CredentialId, status, cancellationToken);
    }

    /// <summary>
    /// Carries what is left of an activation over to new hashes and a new lifetime; the old SAD is void.
    /// </summary>
    public ValueTask<AuthorizeResult> ExtendAsync(ExtendRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        SadEnvelope sad = default;
        var credential = FindOwn(request.Caller, request.CredentialId);
        var status = credential is null
            ? SigningStatus.UnknownCredential
            : CheckHashes(request.Hashes, request.HashAlgorithm, credential.Scal);
        if (status == SigningStatus.Ok)
        {
            status = CheckSad(request.Sad, request.Caller, request.CredentialId, out sad);
        }

        return status == SigningStatus.Ok
            ? CarryOverAsync(request, credential!, sad, cancellationToken)
            : RefuseAsync(AuditEvent.ExtendRefused, request.Caller, request.CredentialId, status, cancellationToken);
    }

    /// <summary>
    /// All that can be told before the factor: what fails here touches no wrong-code counter (service-behaviours H1).
    /// </summary>
    private SigningStatus Check(AuthorizeRequest request, out Credential? credential)
    {
        credential = FindOwn(request.Caller, request.CredentialId);
        if (credential is null)
        {
            return SigningStatus.UnknownCredential;
        }

        if (!credential.IsEnabled || !credential.IsValidAt(Now()))
        {
            // What is remembered may be old: a credential that was resumed or renewed elsewhere is read again.
            _credentials.Forget(credential.Id);
            credential = FindOwn(request.Caller, request.CredentialId);
        }

        if (credential is null)
        {
            return SigningStatus.UnknownCredential;
        }

        if (!credential.IsEnabled)
        {
            return SigningStatus.CredentialDisabled;
        }

        if (!credential.IsValidAt(Now()))
        {
            return SigningStatus.CertificateExpired;
        }

        if (request.SignatureCount < 1)
        {
            return SigningStatus.SignatureCountInvalid;
        }

        if (request.SignatureCount > credential.Multisign)
        {
            return SigningStatus.SignatureCountTooHigh;
        }

        // Fewer hashes than signatures is the nested-PDF flow: extendTransaction brings the rest (csc-api 4.3).
        if (request.Hashes.Count > request.SignatureCount)
        {
            return SigningStatus.SignatureCountInvalid;
        }

        var status = CheckHashes(request.Hashes, request.HashAlgorithm, credential.Scal);
        if (status != SigningStatus.Ok)
        {
            return status;
        }

        return request.OneTimePassword is null ? SigningStatus.FactorMissing : SigningStatus.Ok;
    }

    private static SigningStatus CheckHashes(IReadOnlyList<byte[]> hashes, string? hashAlgorithm, int scal)
    {
        if (hashes.Count == 0)
        {
            return scal == 1 ? SigningStatus.Ok : SigningStatus.HashesMissing;
        }

        HashAlgorithm? algorithm = null;
        if (hashAlgorithm is not null && (algorithm = HashAlgorithm.Find(hashAlgorithm)) is null)
        {
            return SigningStatus.HashAlgorithmInvalid;
        }

        for (var i = 0; i < hashes.Count; i++)
        {
            var length = hashes[i].Length;
            if (algorithm is null ? !HashAlgorithm.IsDigestLength(length) : length != algorithm.Length)
            {
                return SigningStatus.DigestLength;
            }
        }

        return SigningStatus.Ok;
    }

    private async ValueTask<AuthorizeResult> OpenAsync(
        AuthorizeRequest request, Credential credential, CancellationToken cancellationToken)
    {
        var activation = Prepare(credential, request.Caller, request.SignatureCount, request.Hashes, out var sad);
        var code = request.OneTimePassword;
        return await WriteAsync(
            connection =>
            {
                var status = Decide(connection, credential.Id, request.Caller.SignerId, code, out var factor);
                if (status == SigningStatus.Ok)
                {
                    _activations.Open(connection, activation);
                    AuditTrail.Append(connection, Opened(AuditEvent.AuthorizeOk, sad));
                    return Issue(sad);
                }

                var refusal = Refusal(
                    AuditEvent.AuthorizeRefused, request.Caller, credential.Id, status, request.SignatureCount);
                AuditTrail.Append(connection, refusal);
                if (factor == FactorStatus.JustLocked)
                {
                    AuditTrail.Append(
                        connection, Refusal(AuditEvent.FactorLocked, request.Caller, credential.Id, status, 0));
                }

                return AuthorizeResult.Refused(status);
            },
            request.Hashes.Count,
            keys => keys.AddSigner(request.Caller.SignerId),
            cancellationToken);
    }

    /// <summary>What counts is what the store says inside the transaction; then the factor, last of all.</summary>
    private SigningStatus Decide(
        StoreConnection connection, Guid credentialId, Guid signerId, string? code, out FactorStatus factor)
    {
        factor = FactorStatus.Missing;
        if (connection.Credentials.Find(credentialId) is not { State: CredentialState.Enabled }
            || connection.Signers.Find(signerId) is not { State: SignerState.Active })
        {
            return SigningStatus.CredentialDisabled;
        }

        factor = _factors.Verify(connection, signerId, code);
        return factor switch
        {
            FactorStatus.Accepted => SigningStatus.Ok,
            FactorStatus.Missing => SigningStatus.FactorMissing,
            FactorStatus.Locked or FactorStatus.JustLocked => SigningStatus.FactorLocked,
            FactorStatus.Tampered => TamperedFactor(signerId),
            _ => SigningStatus.FactorWrong,
        };
    }

    private SigningStatus TamperedFactor(Guid signerId)
    {
        Log.FactorTampered(_logger, signerId);
        return SigningStatus.FactorWrong;
    }

    private async ValueTask<AuthorizeResult> CarryOverAsync(
        ExtendRequest request, Credential credential, SadEnvelope old, CancellationToken cancellationToken)
    {
        var count = Math.Max(old.SignatureCount, request.Hashes.Count);
        var activation = Prepare(credential, request.Caller, count, request.Hashes, out var sad);
        return await WriteAsync(
            connection =>
            {
                var result = _activations.Extend(connection, old.ActivationId, activation);
                if (result.Status == ReservationStatus.Ok)
                {
                    var extended = sad with { SignatureCount = result.Remaining };
                    AuditTrail.Append(connection, Opened(AuditEvent.ExtendOk, extended));
                    return Issue(extended);
                }

                var status = LedgerStatus.ToSigning(result.Status);
                AuditTrail.Append(
                    connection, Refusal(AuditEvent.ExtendRefused, request.Caller, credential.Id, status, 0));
                return AuthorizeResult.Refused(status);
            },
            request.Hashes.Count,
            keys => keys.AddActivation(old.ActivationId),
            cancellationToken);
    }

    /// <summary>The MACs of all rows are made here, on the caller's thread, not where everybody waits.</summary>
    private NewActivation Prepare(
        Credential credential, Caller caller, int count, IReadOnlyList<byte[]> hashes, out SadEnvelope sad)
    {
        var now = _time.GetUtcNow();
        sad = new SadEnvelope(
            Guid.CreateVersion7(now),
            credential.Id,
            caller.SignerId,
            caller.ClientId,
            (byte)credential.Scal,
            count,
            (now + _options.SadLifetime).ToUnixTimeMilliseconds());
        return _activations.Prepare(new ActivationRequest(
            sad.ActivationId,
            sad.CredentialId,
            sad.SignerId,
            sad.ClientId,
            credential.Scal,
            count,
            hashes,
            sad.ExpiresAt,
            now.ToUnixTimeMilliseconds()));
    }

    private AuditRecord Opened(AuditEvent auditEvent, in SadEnvelope sad) => new()
    {
        At = Now(),
        Event = auditEvent,
        SignerId = sad.SignerId,
        ClientId = sad.ClientId,
        CredentialId = sad.CredentialId,
        ActivationId = sad.ActivationId,
        Count = sad.SignatureCount,
    };

    private AuthorizeResult Issue(SadEnvelope sad)
        => new(SigningStatus.Ok, _sad.Encode(sad), (int)_options.SadLifetime.TotalSeconds);

    private async ValueTask<AuthorizeResult> WriteAsync(
        Func<StoreConnection, AuthorizeResult> decide,
        int hashes,
        Action<StoreKeys> announce,
        CancellationToken cancellationToken)
    {
        try
        {
            return await _ledger.WriteAsync(decide, rows: hashes, cancellationToken, announce);
        }
        catch (LedgerOverloadedException)
        {
            return AuthorizeResult.Refused(SigningStatus.Overloaded);
        }
        catch (OperationCanceledException)
        {
            return AuthorizeResult.Refused(SigningStatus.Cancelled);
        }
        catch (StoreException error) when (error.IsTemporary)
        {
            return AuthorizeResult.Refused(SigningStatus.StoreUnavailable);
        }
        catch (Exception error) when (error is StoreException or ObjectDisposedException)
        {
            Log.AuthorizationFailed(_logger, error.Message);
            return AuthorizeResult.Refused(SigningStatus.Failed);
        }
    }

    private async ValueTask<AuthorizeResult> RefuseAsync(
        AuditEvent auditEvent,
        Caller caller,
        Guid credentialId,
        SigningStatus status,
        CancellationToken cancellationToken)
    {
        await RecordAsync(Refusal(auditEvent, caller, credentialId, status, 0), cancellationToken);
        return AuthorizeResult.Refused(status);
    }
}
