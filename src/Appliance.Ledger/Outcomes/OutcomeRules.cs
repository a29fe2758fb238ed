using Appliance.Ledger.Macs;
using Appliance.Storage;

namespace Appliance.Ledger.Outcomes;

/// <summary>
/// What a record under a request's id means for one that asks again, and what becomes of it when its reservation ends:
/// always in the transaction that decides about the reservation itself.
/// </summary>
internal static class OutcomeRules
{
    /// <summary>Looks the request up before anything is decided about its activation.</summary>
    /// <param name="store">The connection of an open transaction.</param>
    /// <param name="mac">Of this installation.</param>
    /// <param name="request">What is asked for; null for a request without an id.</param>
    /// <param name="recorded">The record of the same request; null when there is none.</param>
    /// <returns>Ok when it is to be decided as if it had no id.</returns>
    public static ReservationStatus Recall(
        StoreConnection store, RowMac mac, OutcomeRequest? request, out OutcomeRow? recorded)
    {
        recorded = null;
        if (request is null)
        {
            return ReservationStatus.Ok;
        }

        if (store.Outcomes.Find(request.Key) is not { } found)
        {
            return request.OnlyRecorded ? ReservationStatus.ActivationExpired : ReservationStatus.Ok;
        }

        if (found.Fingerprint != request.Fingerprint)
        {
            return ReservationStatus.RequestIdReused;
        }

        recorded = found;
        return found.State switch
        {
            OutcomeState.InFlight => ReservationStatus.InFlight,
            OutcomeState.Done => ActivationRules.SameMac(found.Mac, MacOf(mac, request.Key, found))
                ? ReservationStatus.Redelivered
                : ReservationStatus.OutcomeTampered,
            _ => ReservationStatus.InDoubt,
        };
    }

    /// <summary>The request is reserved.</summary>
    public static void Begin(StoreConnection store, in ReservationRequest request)
    {
        if (request.Outcome is { } outcome)
        {
            store.Outcomes.Insert(outcome.Key, outcome.Fingerprint, request.RequestId, outcome.ExpiresAt);
        }
    }

    /// <summary>The reservation is settled: what was released may be asked for anew under the same id.</summary>
    /// <param name="store">The connection of an open transaction.</param>
    /// <param name="request">What was reserved.</param>
    /// <param name="ended">How it ended.</param>
    /// <param name="signed">The signatures and their MAC; needed when they were consumed.</param>
    public static void End(
        StoreConnection store, in ReservationRequest request, ReservationOutcome ended, SignedOutcome? signed)
    {
        if (request.Outcome is not { } outcome)
        {
            return;
        }

        switch (ended)
        {
            case ReservationOutcome.Consumed when signed is not null:
                store.Outcomes.Complete(outcome.Key, signed.Mac, signed.Signatures);
                break;
            case ReservationOutcome.Released:
                store.Outcomes.Delete(outcome.Key);
                break;
            default:
                store.Outcomes.SetInDoubt(outcome.Key);
                break;
        }
    }

    private static UInt128 MacOf(RowMac mac, UInt128 key, OutcomeRow row)
        => mac.OfOutcome(key, row.Fingerprint, row.RequestId, row.Signatures);
}
