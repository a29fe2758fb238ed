using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Signing.Algorithms;
using Appliance.Signing.Credentials;
using Appliance.Signing.Sad;
using Appliance.Signing.SignHash;

namespace Appliance.Signing;

/// <content>
/// One signHash. The numbers are those of the drawing in ARCHITECTURE.md; all branches of the path are in this file.
///
///   3a Credentials   credentialID -> Credential, the caller's own
///      Algorithms    signAlgo, hashAlgo, signAlgoParams -> scheme; every digest of its length
///   3b Activation    SAD envelope: MAC, signer, client, credential, expiry; memory only
///   3c Ledger        reserve the occurrences, audit the intent: durable before any key is used;
///                    with a request id, first look whether the same was recorded or is in flight
///   3d Pkcs11        C_SignInit and C_Sign per hash
///   3e Ledger        the outcome rides in the next commit; the answer does not wait for it
/// </content>
public sealed partial class SigningService
{
    /// <summary>Most hashes of one signHash.</summary>
    public const int HashLimit = 10_000;

    /// <summary>A credential that changes again while it is read again is being edited: the caller may retry.</summary>
    private const int CredentialAttempts = 3;

    /// <summary>Signs hashes that a SAD authorises, all or none. Never throws for a caller's mistake.</summary>
    /// <param name="request">What to sign, with what and by whose leave.</param>
    /// <param name="cancellationToken">
    /// Seen until the token is asked; from then on the signatures count, whoever waits for them. With a request id it
    /// ends only the wait for the same request in flight: what was reserved is signed and recorded.
    /// </param>
    public ValueTask<SignHashResult> SignHashAsync(SignHashRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var status = Check(request, out var credential, out var scheme, out var sad);
        // An expired SAD still fetches what it authorised, and nothing else: the ledger finds it expired, too.
        return status == SigningStatus.Ok || (status == SigningStatus.SadExpired && request.RequestId is not null)
            ? SignAsync(request, credential!, scheme!, sad, cancellationToken)
            : RefuseAsync(request, status, cancellationToken);
    }

    /// <summary>3a and 3b: all that memory can tell. A forgery ends here and costs no quota and no signature.</summary>
    private SigningStatus Check(
        SignHashRequest request, out Credential? credential, out SignatureScheme? scheme, out SadEnvelope sad)
    {
        scheme = null;
        sad = default;

        // 3a
        credential = FindOwn(request.Caller, request.CredentialId);
        if (credential is null)
        {
            return SigningStatus.UnknownCredential;
        }

        var status = SchemeResolver.Resolve(request, credential.Algorithms, out scheme);
        if (status != SigningStatus.Ok)
        {
            return status;
        }

        if (request.Hashes.Count is 0 or > HashLimit)
        {
            return SigningStatus.HashesMissing;
        }

        for (var i = 0; i < request.Hashes.Count; i++)
        {
            if (request.Hashes[i].Length != scheme!.HashLength)
            {
                return SigningStatus.DigestLength;
            }
        }

        // 3b
        return CheckSad(request.Sad, request.Caller, credential, out sad);
    }

    /// <summary>
    /// The envelope alone: genuine, given to this caller, for this credential and its signer, in time.
    /// </summary>
    private SigningStatus CheckSad(string text, Caller caller, Credential credential, out SadEnvelope sad)
    {
        if (!_sad.TryDecode(text, out sad)
            || sad.SignerId != credential.SignerId
            || sad.ClientId != caller.ClientId
            || sad.CredentialId != credential.Id)
        {
            return SigningStatus.SadInvalid;
        }

        return Now() >= sad.ExpiresAt ? SigningStatus.SadExpired : SigningStatus.Ok;
    }

    /// <summary>3c to 3e.</summary>
    private async ValueTask<SignHashResult> SignAsync(
        SignHashRequest request,
        Credential credential,
        SignatureScheme scheme,
        SadEnvelope sad,
        CancellationToken cancellationToken)
    {
        // No slot signs: nothing is reserved and nothing recorded for each who asks meanwhile. What was signed before
        // and is asked for again needs no slot.
        if (request.RequestId is null && !_slots.IsServing)
        {
            return SignHashResult.Refused(SigningStatus.TokenUnavailable);
        }

        var outcome = request.RequestId is null ? null : Recall(request, scheme, sad);
        var joining = outcome is null ? null : new Joining(_inFlight, outcome.Key, _time);
        for (var attempt = 1; ;)
        {
            var operation = new SignOperation(
                _slots,
                _ledger,
                _activations,
                _inFlight,
                _time,
                credential.Key,
                scheme,
                Reserve(request, credential, sad, outcome),
                outcome is null ? request.Deadline : 0,
                cancellationToken);
            if (!operation.TryStart(out var task))
            {
                return SignHashResult.Refused(SigningStatus.Overloaded);
            }

            var result = await task;
            if (operation.Reserved == ReservationStatus.InFlight)
            {
                var waited = await JoinAsync(joining!, cancellationToken);
                if (waited != SigningStatus.Ok)
                {
                    return SignHashResult.Refused(waited);
                }

                continue;
            }

            if (operation.Reserved == ReservationStatus.Redelivered)
            {
                return result with { Signatures = operation.ReadRecorded(), IsRedelivered = true };
            }

            if (operation.Reserved == ReservationStatus.ClientRefused)
            {
                _clients?.Forget();
            }

            if (operation.Reserved != ReservationStatus.CredentialChanged || attempt++ == CredentialAttempts)
            {
                return result;
            }

            // Somebody changed the credential while it was remembered here: read it again, decide again.
            _credentials.Forget(credential.Id);
            var status = Check(request, out credential!, out scheme!, out sad);
            if (status != SigningStatus.Ok)
            {
                return await RefuseAsync(request, status, cancellationToken);
            }
        }
    }

    /// <summary>Ok: ask the ledger again.</summary>
    private static async ValueTask<SigningStatus> JoinAsync(Joining joining, CancellationToken cancellationToken)
    {
        try
        {
            return await joining.WaitAsync(cancellationToken) ? SigningStatus.Ok : SigningStatus.InProgress;
        }
        catch (OperationCanceledException)
        {
            return SigningStatus.Cancelled;
        }
    }

    private OutcomeRequest Recall(SignHashRequest request, SignatureScheme scheme, in SadEnvelope sad)
    {
        var now = Now();
        return new OutcomeRequest(
            OutcomeRequest.KeyOf(request.Caller.SignerId, request.Caller.ClientId, request.RequestId!),
            OutcomeRequest.FingerprintOf(
                sad.ActivationId,
                request.CredentialId,
                $"{scheme.Kind} {scheme.HashAlgorithm.Name} {scheme.SaltLength}",
                request.Hashes),
            now + (long)_options.OutcomeLifetime.TotalMilliseconds,
            OnlyRecorded: now >= sad.ExpiresAt);
    }

    private ReservationRequest Reserve(
        SignHashRequest request, Credential credential, in SadEnvelope sad, OutcomeRequest? outcome)
    {
        var now = _time.GetUtcNow();
        return new ReservationRequest(
            Guid.CreateVersion7(now),
            sad.ActivationId,
            credential.Id,
            credential.Version,
            credential.SignerId,
            request.Caller.ClientId,
            request.Hashes,
            now.ToUnixTimeMilliseconds(),
            request.IsBulk,
            outcome)
        {
            SadExpiresAt = sad.ExpiresAt,
            OneShot = credential.OneShot,
            Metered = credential.Metered,
        };
    }

    private async ValueTask<SignHashResult> RefuseAsync(
        SignHashRequest request, SigningStatus status, CancellationToken cancellationToken)
    {
        var record = Refusal(
            AuditEvent.SignHashRefused, request.Caller, request.CredentialId, status, request.Hashes.Count);
        await RecordAsync(record, cancellationToken);
        return SignHashResult.Refused(status);
    }
}
