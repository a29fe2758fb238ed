using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Signing.Algorithms;
using Appliance.Signing.Approving;
using Appliance.Signing.Credentials;
using Appliance.Signing.Sad;
using Appliance.Signing.SignHash;
using Appliance.Storage;

namespace Appliance.Signing;

/// <content>
/// Opening activations. The factor's try and the activation that it opens are one transaction: a code
/// that was used has opened something, and whatever was opened has used a code, whenever the process dies.
/// </content>
public sealed partial class SigningService
{
    /// <summary>
    /// Most signatures of an authorisation that a person gives without naming every hash: signatures within one
    /// document, of which each covers those before it (csc-api 4.3).
    /// </summary>
    private const int NestedLimit = 10;

    /// <summary>Checks the signer's factor and opens an activation.</summary>
    public ValueTask<AuthorizeResult> AuthorizeAsync(AuthorizeRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AttemptAsync(request.CredentialId, () => AuthorizeOnceAsync(request, cancellationToken));
    }

    /// <summary>Somebody may change the credential while it is remembered here: read it again, decide again.</summary>
    private async ValueTask<AuthorizeResult> AttemptAsync(
        Guid credentialId, Func<ValueTask<AuthorizeResult?>> attempt)
    {
        for (var i = 1; ; i++)
        {
            if (await attempt() is { } result)
            {
                return result;
            }

            _credentials.Forget(credentialId);
            if (i == CredentialAttempts)
            {
                return AuthorizeResult.Refused(SigningStatus.Failed);
            }
        }
    }

    /// <summary>Null when the credential has changed and nothing was done.</summary>
    private async ValueTask<AuthorizeResult?> AuthorizeOnceAsync(
        AuthorizeRequest request, CancellationToken cancellationToken)
    {
        var status = Check(request, out var credential);
        return status == SigningStatus.Ok
            ? await OpenAsync(request, credential!, cancellationToken)
            : await RefuseAsync(
                AuditEvent.AuthorizeRefused,
                OnBehalf(request.Caller, credential?.SignerId),
                request.CredentialId,
                status,
                cancellationToken);
    }

    /// <summary>
    /// All that can be told before the factor: what fails here touches no wrong-code counter (service-behaviours H1).
    /// </summary>
    private SigningStatus Check(AuthorizeRequest request, out Credential? credential)
    {
        var status = CheckCredential(request.Caller, request.CredentialId, out credential);
        if (status != SigningStatus.Ok)
        {
            return status;
        }

        if (request.Purpose == ActivationPurpose.TlsLogin)
        {
            return CheckTlsLogin(request, credential!);
        }

        if (request.SignatureCount < 1)
        {
            return SigningStatus.SignatureCountInvalid;
        }

        if (request.SignatureCount > credential!.Multisign)
        {
            return SigningStatus.SignatureCountTooHigh;
        }

        // Fewer hashes than signatures is the nested-PDF flow: extendTransaction brings the rest (csc-api 4.3).
        if (request.Hashes.Count > request.SignatureCount)
        {
            return SigningStatus.SignatureCountInvalid;
        }

        status = CheckHashes(request.Hashes, request.HashAlgorithm, credential.Scal);
        if (status == SigningStatus.Ok)
        {
            status = CheckUnnamed(request, credential);
        }

        if (status != SigningStatus.Ok)
        {
            return status;
        }

        return FactorPlan.Of(credential.Factors, request.Factors, request.Caller).Status;
    }

    private SigningStatus CheckCredential(Caller caller, Guid credentialId, out Credential? credential)
    {
        credential = FindOwn(caller, credentialId);
        if (credential is not null && (!credential.IsEnabled || !credential.IsValidAt(Now())))
        {
            // What is remembered may be old: a credential that was resumed or renewed elsewhere is read again.
            _credentials.Forget(credential.Id);
            credential = FindOwn(caller, credentialId);
        }

        if (credential is null)
        {
            return SigningStatus.UnknownCredential;
        }

        if (!credential.IsEnabled)
        {
            return SigningStatus.CredentialDisabled;
        }

        return credential.IsValidAt(Now()) ? SigningStatus.Ok : SigningStatus.CertificateExpired;
    }

    /// <summary>
    /// What the signer authorises without having seen it: extensions bring those hashes, as far as they may.
    /// </summary>
    private static SigningStatus CheckUnnamed(AuthorizeRequest request, Credential credential)
    {
        if (request.Hashes.Count == 0 || request.Hashes.Count == request.SignatureCount)
        {
            return SigningStatus.Ok;
        }

        return credential.Extension switch
        {
            ExtensionPolicy.None => SigningStatus.SignatureCountInvalid,
            ExtensionPolicy.Nested when request.SignatureCount > NestedLimit => SigningStatus.SignatureCountTooHigh,
            _ => SigningStatus.Ok,
        };
    }

    private static SigningStatus CheckHashes(IReadOnlyList<byte[]> hashes, string? hashAlgorithm, int scal)
    {
        if (hashes.Count == 0)
        {
            return scal == 1 ? SigningStatus.Ok : SigningStatus.HashesMissing;
        }

        return CheckDigests(hashes, hashAlgorithm);
    }

    private static SigningStatus CheckDigests(IReadOnlyList<byte[]> hashes, string? hashAlgorithm)
    {
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

    private async ValueTask<AuthorizeResult?> OpenAsync(
        AuthorizeRequest request, Credential credential, CancellationToken cancellationToken)
    {
        var plan = FactorPlan.Of(credential.Factors, request.Factors, request.Caller);
        if (plan.NeedsApproval)
        {
            return await RequestApprovalAsync(request, credential, plan, cancellationToken);
        }

        // Hashes that are named bind at SCAL1 too (csc-api 4.1).
        var scal = request.Hashes.Count > 0 ? 2 : credential.Scal;
        SadEnvelope sad;
        var activation = request.Purpose == ActivationPurpose.TlsLogin
            ? PrepareTlsLogin(credential, request, out sad)
            : Prepare(credential, request.Caller, scal, request.SignatureCount, request.Hashes, out sad);
        return await DecideAsync(
            request,
            credential,
            plan,
            connection => Open(connection, sad, () => Open(connection, request, activation), request.Purpose),
            keys => Announce(keys, credential, request.Caller),
            cancellationToken);
    }

    private AuthorizeResult Open(
        StoreConnection connection,
        in SadEnvelope sad,
        Action open,
        ActivationPurpose purpose = ActivationPurpose.Sign,
        ReadOnlyMemory<byte> digest = default)
    {
        open();
        AuditTrail.Append(connection, Opened(EventOf(purpose), sad) with { Digest = digest });
        return Issue(sad);
    }

    /// <summary>
    /// The transaction of an authorisation, with what is computed before it: what counts is what the store says then;
    /// then every factor, and last of all what they authorise. Null when the credential is not the one that was looked
    /// at: nothing was done, and no code used.
    /// </summary>
    private async ValueTask<AuthorizeResult?> DecideAsync(
        AuthorizeRequest request,
        Credential credential,
        FactorPlan plan,
        Func<StoreConnection, AuthorizeResult> act,
        Action<StoreKeys> announce,
        CancellationToken cancellationToken,
        Func<StoreConnection, SigningStatus>? check = null)
    {
        var (computed, proof) = await ComputeAsync(request, credential, plan, cancellationToken);
        using (proof)
        {
            return computed != SigningStatus.Ok
                ? await RefuseAsync(
                    AuditEvent.AuthorizeRefused,
                    OnBehalf(request.Caller, credential.SignerId),
                    request.CredentialId,
                    computed,
                    cancellationToken)
                : await WriteAsync(
                    connection => Decide(connection, request, credential, plan, proof, check, act),
                    request.Hashes.Count,
                    announce,
                    cancellationToken);
        }
    }

    private AuthorizeResult? Decide(
        StoreConnection connection,
        AuthorizeRequest request,
        Credential credential,
        FactorPlan plan,
        PinProof? proof,
        Func<StoreConnection, SigningStatus>? check,
        Func<StoreConnection, AuthorizeResult> act)
    {
        var result = AuthorizeResult.Refused(SigningStatus.Failed);
        var status = check?.Invoke(connection) ?? SigningStatus.Ok;
        if (status == SigningStatus.Ok
            && (status = DecideState(connection, credential, request.Purpose) ?? SigningStatus.Failed)
                == SigningStatus.Failed)
        {
            return null;
        }

        if (status == SigningStatus.Ok)
        {
            status = DecideClient(connection, request.Caller, credential);
        }

        if (status == SigningStatus.Ok)
        {
            status = DecideFactors(connection, request, credential, plan, proof);
        }

        if (status == SigningStatus.Ok)
        {
            result = act(connection);
            status = result.Status;
        }

        if (status is SigningStatus.Ok or SigningStatus.ApprovalPending)
        {
            return result;
        }

        // What was thought right had changed: nothing was compared, and it is decided again.
        if (status == SigningStatus.Failed)
        {
            return null;
        }

        AuditTrail.Append(connection, Refusal(
            AuditEvent.AuthorizeRefused, request.Caller, credential, status, request.SignatureCount));
        return AuthorizeResult.Refused(status);
    }

    /// <summary>What a signer should hear before its code is used up; null when the credential has changed.</summary>
    private SigningStatus? DecideState(
        StoreConnection connection, Credential credential, ActivationPurpose purpose = ActivationPurpose.Sign)
    {
        if (connection.Credentials.Find(credential.Id) is not { State: CredentialState.Enabled } row
            || connection.Signers.Find(credential.SignerId) is not { State: SignerState.Active })
        {
            return SigningStatus.CredentialDisabled;
        }

        if (row.Version != credential.Version)
        {
            return null;
        }

        if (purpose == ActivationPurpose.TlsLogin && !MayLogIn(connection, credential.SignerId))
        {
            return SigningStatus.TlsLoginLimit;
        }

        return credential.Metered && !_activations.Packages.IsFree(purpose)
            ? LedgerStatus.ToSigning(_activations.Packages.Check(connection, credential.Id, 1, Now()))
            : SigningStatus.Ok;
    }

    /// <summary>The MACs of all rows are made here, on the caller's thread, not where everybody waits.</summary>
    private NewActivation Prepare(
        Credential credential,
        Caller caller,
        int scal,
        int count,
        IReadOnlyList<byte[]> hashes,
        out SadEnvelope sad)
    {
        var now = _time.GetUtcNow();
        sad = NewSad(credential, caller, scal, count, now);
        return _activations.Prepare(new ActivationRequest(
            sad.ActivationId,
            sad.CredentialId,
            sad.SignerId,
            sad.ClientId,
            scal,
            count,
            hashes,
            sad.ExpiresAt,
            now.ToUnixTimeMilliseconds()));
    }

    private SadEnvelope NewSad(Credential credential, Caller caller, int scal, int count, DateTimeOffset now) => new(
        Guid.CreateVersion7(now),
        credential.Id,
        credential.SignerId,
        caller.ClientId,
        (byte)scal,
        count,
        (now + _options.SadLifetime).ToUnixTimeMilliseconds());

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
        => new(SigningStatus.Ok, _sad.Encode(sad), (int)Math.Max(1, (sad.ExpiresAt - Now()) / 1_000));

    private async ValueTask<AuthorizeResult?> WriteAsync(
        Func<StoreConnection, AuthorizeResult?> decide,
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

    /// <summary>The caller as records name it: with the signer of what it may use, where that is known.</summary>
    private static Caller OnBehalf(Caller caller, Guid? signerId)
        => signerId is { } id ? caller with { SignerId = id } : caller;

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
