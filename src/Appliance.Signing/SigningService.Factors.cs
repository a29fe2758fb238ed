using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Signing.Approving;
using Appliance.Signing.Credentials;
using Appliance.Storage;

namespace Appliance.Signing;

/// <content>
/// The signer's factors. All that are needed are tried in one transaction, whatever the others gave: each wrong one is
/// counted, a right one-time code is used up, and what a caller learns of one costs a try of it.
/// </content>
public sealed partial class SigningService
{
    /// <summary>What takes long is computed before the transaction, in its own bounded lane.</summary>
    private async ValueTask<(SigningStatus Status, PinProof? Proof)> ComputeAsync(
        AuthorizeRequest request, Credential credential, FactorPlan plan, CancellationToken cancellationToken)
    {
        if (!plan.NeedsPin)
        {
            return (SigningStatus.Ok, null);
        }

        // What would be refused anyway costs no computation; it is decided again in the transaction.
        var (state, locked) = _store.Read(
            credential,
            (connection, of)
                => (DecideState(connection, of, request.Purpose), PinFactors.StateOf(connection, of.SignerId)));
        if (state is null or not SigningStatus.Ok || locked == FactorState.Locked)
        {
            var told = state == SigningStatus.Ok ? SigningStatus.PinLocked : state;
            return (told ?? SigningStatus.Ok, null);
        }

        try
        {
            var proof = await _factors.Pins.ComputeAsync(
                _store, credential.SignerId, request.Factors.Pin!, cancellationToken);
            return (proof is null ? SigningStatus.Overloaded : SigningStatus.Ok, proof);
        }
        catch (OperationCanceledException)
        {
            return (SigningStatus.Cancelled, null);
        }
    }

    /// <summary>
    /// Ok, or the refusal: a lock first, then the PIN, then the code. Failed when nothing could be compared for the
    /// PIN was changed meanwhile: it is all done again.
    /// </summary>
    private SigningStatus DecideFactors(
        StoreConnection connection,
        AuthorizeRequest request,
        Credential credential,
        FactorPlan plan,
        PinProof? proof)
    {
        var pin = plan.NeedsPin ? TryPin(connection, request.Caller, credential, proof) : SigningStatus.Ok;
        if (pin == SigningStatus.Failed)
        {
            return pin;
        }

        var code = SigningStatus.Ok;
        if (plan.NeedsTotp)
        {
            code = TryTotp(connection, request.Caller, credential, request.Factors.OneTimePassword);
        }
        else if (plan.NeedsCode)
        {
            code = TryCode(connection, request.Caller, credential, request.Factors.OneTimePassword);
        }

        if (pin == SigningStatus.PinLocked || code == SigningStatus.FactorLocked)
        {
            return pin == SigningStatus.PinLocked ? pin : code;
        }

        return pin == SigningStatus.Ok ? code : pin;
    }

    private SigningStatus TryPin(StoreConnection connection, Caller caller, Credential credential, PinProof? proof)
    {
        var status = _factors.Pins.Try(connection, credential.SignerId, proof);
        if (status == PinStatus.JustLocked)
        {
            AuditTrail.Append(connection, Refusal(
                AuditEvent.FactorLocked, caller, credential, SigningStatus.PinLocked, 0));
        }

        return status switch
        {
            PinStatus.Accepted => SigningStatus.Ok,
            PinStatus.Missing => SigningStatus.PinMissing,
            PinStatus.Locked or PinStatus.JustLocked => SigningStatus.PinLocked,
            PinStatus.Changed => SigningStatus.Failed,
            PinStatus.Tampered => TamperedFactor(connection, credential.SignerId, SigningStatus.PinWrong),
            _ => SigningStatus.PinWrong,
        };
    }

    private SigningStatus TryTotp(StoreConnection connection, Caller caller, Credential credential, string? code)
    {
        var status = _factors.Totp.Verify(connection, credential.SignerId, code);
        if (status == FactorStatus.JustLocked)
        {
            AuditTrail.Append(connection, Refusal(
                AuditEvent.FactorLocked, caller, credential, SigningStatus.FactorLocked, 0));
        }

        return status switch
        {
            FactorStatus.Accepted => SigningStatus.Ok,
            FactorStatus.Missing => SigningStatus.FactorMissing,
            FactorStatus.Locked or FactorStatus.JustLocked => SigningStatus.FactorLocked,
            FactorStatus.Tampered => TamperedFactor(connection, credential.SignerId, SigningStatus.FactorWrong),
            _ => SigningStatus.FactorWrong,
        };
    }

    /// <summary>A code that is void after wrong tries is as good as locked, until another is sent.</summary>
    private SigningStatus TryCode(StoreConnection connection, Caller caller, Credential credential, string? code)
    {
        var status = _factors.Codes
            .Try(connection, credential.SignerId, CodePurpose.Signing, credential.Id, code).Status;
        if (status is CodeStatus.Accepted or CodeStatus.JustVoid)
        {
            var accepted = status == CodeStatus.Accepted;
            AuditTrail.Append(connection, Refusal(
                accepted ? AuditEvent.CodeAccepted : AuditEvent.CodeRefused, caller, credential, default, 0) with
            {
                Outcome = accepted ? AuditOutcome.Ok : AuditOutcome.Refused,
                Detail = accepted ? null : "void after wrong tries",
            });
        }

        return status switch
        {
            CodeStatus.Accepted => SigningStatus.Ok,
            CodeStatus.Missing => SigningStatus.FactorMissing,
            CodeStatus.Void or CodeStatus.JustVoid => SigningStatus.FactorLocked,
            CodeStatus.Tampered => TamperedFactor(connection, credential.SignerId, SigningStatus.FactorWrong),
            _ => SigningStatus.FactorWrong,
        };
    }

    private static void Announce(StoreKeys keys, Credential credential, Caller caller)
    {
        keys.AddSigner(credential.SignerId);
        keys.AddClient(caller.ClientId);
    }

    /// <summary>In the name of the credential's signer: a client that calls in its own has none.</summary>
    private AuditRecord Refusal(
        AuditEvent auditEvent, Caller caller, Credential credential, SigningStatus status, int count)
        => Refusal(auditEvent, caller with { SignerId = credential.SignerId }, credential.Id, status, count);

    private SigningStatus TamperedFactor(StoreConnection connection, Guid signerId, SigningStatus told)
    {
        Log.FactorTampered(_logger, signerId);
        AuditTrail.Append(connection, Tampering("factor") with { SignerId = signerId });
        return told;
    }
}
