using Appliance.Ledger.Outcomes;
using Appliance.Ledger.Transactions;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>How a reservation ended, on its way into the store.</summary>
internal sealed class Settlement(Reservation reservation, Action<Reservation>? settled) : LedgerWork
{
    private ReservationOutcome _outcome;
    private long _now;
    private string? _detail;
    private SignedOutcome? _signed;
    private long?[]? _digests;

    /// <summary>
    /// Behind the reservations of its own kind, so that however many of those wait, both move on at the same rate.
    /// </summary>
    public override bool IsBulk => reservation.IsBulk;

    public override int Rows => _outcome == ReservationOutcome.Consumed ? 1 : reservation.Rows;

    internal override bool MustLast => true;

    internal override Guid Activation => reservation.Activation;

    internal override bool Settles => true;

    public void Prepare(
        ReservationOutcome outcome, long now, string? detail, IReadOnlyList<byte[]>? signatures = null)
    {
        _signed = SignedOutcome.Of(reservation.Mac, reservation.Request, signatures);
        _digests = reservation.PackageId is not null && signatures is not null
            ? Imprints.Of(
                reservation.Mac, reservation.Request.SignerId, signatures, reservation.Packages.Imprints)
            : null;
        _outcome = outcome;
        _now = now;
        _detail = detail;
        Attempts = 0;
    }

    public override void Announce(StoreKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        keys.AddReservation(reservation.Sequence);
        if (_outcome != ReservationOutcome.Consumed)
        {
            keys.AddActivation(Activation);
        }

        if (reservation.Request.Outcome is { } outcome)
        {
            keys.AddOutcome(outcome.Key);
        }

        if (reservation.PackageId is { } package && _outcome != ReservationOutcome.Consumed)
        {
            keys.AddPackage(package);
        }
    }

    public override void Apply(StoreConnection store)
    {
        var request = reservation.Request;
        var isOurs = store.Reservations.Delete(reservation.Sequence);
        if (!isOurs && _outcome != ReservationOutcome.Consumed)
        {
            // Others took this run for dead and spent them. They stay spent, and that is in the trail.
            return;
        }

        if (reservation.PackageId is { } package)
        {
            Occurrences.SettlePackage(store, package, reservation.Rows, _outcome, _now);
            KeepDigests(store);
        }

        if (_outcome != ReservationOutcome.Consumed)
        {
            Occurrences.Settle(store, request.ActivationId, reservation.Ordinals, request.Hashes, _outcome);
        }

        OutcomeRules.End(store, request, _outcome, _signed);
        AuditTrail.Append(store, new AuditRecord
        {
            At = _now,
            Event = _outcome switch
            {
                ReservationOutcome.Consumed => AuditEvent.SignHashDone,
                ReservationOutcome.Released => AuditEvent.SignHashReleased,
                _ => AuditEvent.SignHashSpent,
            },
            Outcome = _outcome switch
            {
                ReservationOutcome.Consumed => AuditOutcome.Ok,
                ReservationOutcome.Released => AuditOutcome.Failed,
                _ => AuditOutcome.InDoubt,
            },
            SignerId = request.SignerId,
            CredentialId = request.CredentialId,
            ActivationId = request.ActivationId,
            ClientId = request.ClientId,
            RequestId = request.RequestId,
            Count = reservation.Rows,
            Digest = reservation.Digest,
            Detail = isOurs ? _detail ?? ActivationRules.DetailOf(reservation.Purpose) : "signed by a run that others took for dead; its hashes are spent",
        });
    }

    /// <summary>Each signature may have a time stamp that costs nothing more.</summary>
    private void KeepDigests(StoreConnection store)
    {
        var until = _now + (long)reservation.Packages.CoverLifetime.TotalMilliseconds;
        for (var i = 0; i < (_digests?.Length ?? 0); i += SignatureDigestTable.Algorithms)
        {
            store.SignatureDigests.Insert(until, _digests.AsSpan(i, SignatureDigestTable.Algorithms));
        }
    }

    public override void Committed() => settled?.Invoke(reservation);

    public override void Failed(Exception exception) => settled?.Invoke(reservation);
}
