using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>How occurrences leave a reservation, other than by being consumed, which changes nothing.</summary>
internal static class Occurrences
{
    /// <param name="store">The connection of an open transaction.</param>
    /// <param name="activationId">The activation.</param>
    /// <param name="ordinals">The occurrences that the reservation holds.</param>
    /// <param name="hashes">Their hashes in the same order; needed for a release only.</param>
    /// <param name="outcome">Released or spent.</param>
    public static void Settle(
        StoreConnection store,
        Guid activationId,
        ReadOnlySpan<int> ordinals,
        IReadOnlyList<byte[]> hashes,
        ReservationOutcome outcome)
    {
        var states = store.States;
        if (!store.Activations.TryReadStates(activationId, states, out var sequence, out var remaining, out var scal))
        {
            return;
        }

        var released = outcome == ReservationOutcome.Released;
        for (var i = 0; i < ordinals.Length; i++)
        {
            states[ordinals[i]] = released ? OccurrenceState.Authorised : OccurrenceState.Spent;
            if (released && scal == 1)
            {
                store.ActivationHashes.Delete(sequence, ordinals[i], hashes[i]);
            }
        }

        store.Activations.Update(sequence, released ? remaining + ordinals.Length : remaining, states);
    }

    /// <summary>
    /// The transactions that were taken with them: back when nothing was signed, told when that is in doubt.
    /// </summary>
    public static void SettlePackage(
        StoreConnection store, Guid packageId, int count, ReservationOutcome outcome, long now)
    {
        if (outcome == ReservationOutcome.Released)
        {
            store.Packages.GiveBack(packageId, count);
        }
        else if (outcome == ReservationOutcome.Spent)
        {
            Packages.RecordSpent(store, packageId, count, now);
        }
    }
}
