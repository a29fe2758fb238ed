using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity;

/// <content>The PIN of a signer.</content>
public sealed partial class Enrolment
{
    /// <summary>
    /// Sets the PIN of a signer that proves itself by its present PIN or by a code of its authenticator; a locked PIN
    /// by the latter only.
    /// </summary>
    /// <param name="bearer">A caller.</param>
    /// <param name="pin">The new PIN, by <see cref="PinPolicy"/>.</param>
    /// <param name="present">The present PIN; null to prove itself by code.</param>
    /// <param name="code">A code of the authenticator; null to prove itself by PIN.</param>
    /// <param name="cancellationToken">Gives up waiting; it may still be set.</param>
    public async Task<EnrolmentResult> SetPinAsync(
        EnrolmentBearer bearer, string pin, string? present, string? code, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pin);
        if (_parts.Pins.Check(pin) is { Count: > 0 } reasons)
        {
            return Refused(EnrolmentStatus.PinRefused) with { Reasons = reasons };
        }

        if (string.IsNullOrEmpty(present) && string.IsNullOrEmpty(code))
        {
            return Refused(EnrolmentStatus.ProofMissing);
        }

        PinProof? proof = null;
        if (!string.IsNullOrEmpty(present))
        {
            proof = await _parts.Pins.ComputeAsync(_store, bearer.SignerId, present, cancellationToken)
                .ConfigureAwait(false);
            if (proof is null)
            {
                return Refused(EnrolmentStatus.Overloaded);
            }
        }

        var stored = await _parts.Pins.SealAsync(bearer.SignerId, pin, cancellationToken).ConfigureAwait(false);
        return stored is null
            ? Refused(EnrolmentStatus.Overloaded)
            : await WriteAsync(
                bearer.SignerId, connection => SetPin(connection, bearer, stored, proof, code), cancellationToken)
                .ConfigureAwait(false);
    }

    /// <summary>Sets the PIN of a signer in an admin's name, without a proof; a locked one is unlocked by it.</summary>
    public async Task<EnrolmentResult> SetPinAsync(
        EnrolmentBearer admin, string pin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pin);
        if (_parts.Pins.Check(pin) is { Count: > 0 } reasons)
        {
            return Refused(EnrolmentStatus.PinRefused) with { Reasons = reasons };
        }

        var stored = await _parts.Pins.SealAsync(admin.SignerId, pin, cancellationToken).ConfigureAwait(false);
        return stored is null
            ? Refused(EnrolmentStatus.Overloaded)
            : await WriteAsync(
                admin.SignerId,
                connection => Resolve(connection, admin, out var status) is { } subject
                    ? Store(connection, admin, subject.Id, stored)
                    : Refused(status),
                cancellationToken).ConfigureAwait(false);
    }

    private EnrolmentResult SetPin(
        StoreConnection connection, EnrolmentBearer bearer, byte[] stored, PinProof? proof, string? code)
    {
        if (Resolve(connection, bearer, out var status) is not { } subject)
        {
            return Refused(status);
        }

        if (proof is not null)
        {
            var tried = _parts.Pins.Try(connection, subject.Id, proof);
            if (tried == PinStatus.Accepted)
            {
                return Store(connection, bearer, subject.Id, stored);
            }

            Record(connection, bearer, AuditEvent.SignerChanged, AuditOutcome.Refused, subject.Id, $"PIN: {tried}");
            return Refused(tried switch
            {
                PinStatus.Locked or PinStatus.JustLocked => EnrolmentStatus.FactorLocked,
                PinStatus.Changed => EnrolmentStatus.Overloaded,
                _ => EnrolmentStatus.PinWrong,
            });
        }

        var verified = _parts.Totp.Verify(connection, subject.Id, code);
        if (verified == FactorStatus.Accepted)
        {
            return Store(connection, bearer, subject.Id, stored);
        }

        RecordTotp(connection, bearer, AuditEvent.SignerChanged, subject.Id, verified);
        return Refused(StatusOf(verified));
    }

    private EnrolmentResult Store(StoreConnection connection, EnrolmentBearer bearer, Guid signerId, byte[] stored)
    {
        _parts.Pins.Set(connection, signerId, stored);
        Record(connection, bearer, AuditEvent.SignerChanged, AuditOutcome.Ok, signerId, "PIN set");
        return new EnrolmentResult(EnrolmentStatus.Ok) { SignerId = signerId };
    }
}
